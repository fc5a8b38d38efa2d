"""The current list of regions (daftar wilayah), read from the two files shipped beside this one.

Provinces to districts are read at once (a few milliseconds); the 83,762 villages only when a
village is asked for. Source and licences: `LICENSES/NOTICE`.

>>> load_regions().name("52.03")
'Kabupaten Lombok Timur'
"""

import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

import msgspec

from ektp_core.vocabulary.region import Regions

_VILLAGE_LENGTH = len("52.03.05.2001")


@cache
def load_regions() -> Regions:
    """The list, read once for each process."""
    return Regions(_Names())


@cache
def _file(name: str) -> dict[str, str]:
    packed = resources.files("ektp_data").joinpath("wilayah", name).read_bytes()
    return msgspec.json.decode(gzip.decompress(packed), type=dict[str, str])


class _Names(Mapping[str, str]):
    """Code to name over both files; the length of a code says which of them holds it."""

    def __getitem__(self, code: str) -> str:
        return _file("desa.json.gz" if len(code) == _VILLAGE_LENGTH else "wilayah.json.gz")[code]

    def __iter__(self) -> Iterator[str]:
        yield from _file("wilayah.json.gz")
        yield from _file("desa.json.gz")

    def __len__(self) -> int:
        return len(_file("wilayah.json.gz")) + len(_file("desa.json.gz"))

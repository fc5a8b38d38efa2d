"""Which chip reader belongs to a printer (setelan penulis chip): three keys of `station.toml` that come together.

A reader is named exactly: a pattern that fits two readers would one day write the wrong card.
The script is a file of the authority; the station passes its path on, shows its digest and
never looks into it.
"""

from collections.abc import Sequence
from hashlib import file_digest
from itertools import combinations
from pathlib import Path

from attrs import frozen

from ektp_core.boundary.chip_encoder import bare_name

_PATTERN_SIGNS = frozenset("*?^$|\\")
_LONGEST = 200


@frozen
class EncoderAt:
    """A chip reader, as the driver's process is told of it."""

    kind: str
    address: str
    script: str

    @property
    def arguments(self) -> tuple[str, ...]:
        """For the command line of the driver's process."""
        return (f"--encoder={self.kind}", f"--encoder-address={self.address}", f"--encoder-script={self.script}")

    def script_digest(self) -> str:
        """SHA-256 of the script, hexadecimal; empty when it cannot be read."""
        try:
            with open(self.script, "rb") as file:
                return file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""


def wrong_encoder(one: EncoderAt) -> tuple[str, str, str] | None:
    """The key that is wrong, its shape and what was expected; None where all is well or no reader is named."""
    if not one.kind:
        return _without_kind(one)
    expected = "the reader's exact name, as `ektp station chip` lists it"
    if not one.address.strip():
        shape = "empty"
        return "encoder_address", shape, expected
    if _PATTERN_SIGNS & set(one.address):
        shape = "a pattern"
        return "encoder_address", shape, expected
    if len(one.address) > _LONGEST or not one.address.isprintable():
        return "encoder_address", f"{len(one.address)} characters", expected
    if not Path(one.script).is_absolute():
        shape = "no whole path"
        expected = "the whole path of the authority's script"
        return "encoder_script", shape, expected
    return None


def shares_reader(addresses: Sequence[str]) -> bool:
    """Whether two addresses may mean one reader: a name without its numbers means the reader that has them, too.

    >>> shares_reader(["ACME Reader 00 00", "ACME Reader 01 00"]), shares_reader(["ACME Reader", "ACME Reader 00 00"])
    (False, True)
    """
    pairs = combinations(addresses, 2)
    return any(one == other or bare_name(one) == other or bare_name(other) == one for one, other in pairs)


def _without_kind(one: EncoderAt) -> tuple[str, str, str] | None:
    if not one.address and not one.script:
        return None
    shape = "empty"
    expected = 'the kind of chip reader, such as "pcsc", or none of the three keys'
    return "encoder", shape, expected

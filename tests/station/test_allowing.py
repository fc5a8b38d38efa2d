"""station.toml is the person's file: an entry of a driver is added or its values change, and nothing else does."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_station.allowing import allow, with_driver
from ektp_station.config import FILE
from ektp_station.driver_list import AllowedDriver

NEW = AllowedDriver("acme", "acme-cards", "22")
ADDED = '[[drivers]]\nname = "acme"\ndistribution = "acme-cards"\nsha256 = "22"\n'
HERS = """# our station, Selong
station = "station/52.03/1"   # do not change

[[drivers]]  # looked at by Budi
# bought with the printer of 2024
name = "acme"  # the blue one
sha256 = '11'  # of 3 March
distribution = "acme-cards"
# ask Budi before the next update

# printers from here on
[[printers]]
name = "acme"
"""
#: Pieces of a file, as people write them.
PIECES = st.sampled_from([
    "# a word\n", "\n", '[[printers]]\nname = "acme"\n# kept\n', "   # indented\n",
    '[[drivers]]\nname = "other"\nsha256 = "1"\n# of other\n', "[[days]]  # closes\nhour = 16\n",
])  # fmt: skip


def test_an_entry_that_stands_there_keeps_its_place_its_comments_and_its_order() -> None:
    assert with_driver(HERS, NEW) == HERS.replace("'11'", '"22"')


@given(st.lists(PIECES, max_size=8), st.booleans())
def test_a_new_entry_is_only_added(pieces: list[str], is_cut: bool) -> None:
    text = "".join(pieces)
    text = text.removesuffix("\n") if is_cut else text
    made = with_driver(text, NEW)
    assert made.startswith(text) and made.endswith(ADDED) and set(made[len(text) : -len(ADDED)]) <= {"\n"}
    assert tomllib.loads(made)["drivers"][-1] == {"name": "acme", "distribution": "acme-cards", "sha256": "22"}


@given(st.lists(PIECES, max_size=5), st.lists(PIECES, max_size=5))
def test_of_an_entry_only_its_values_change(before: list[str], after: list[str]) -> None:
    old = '[[drivers]]\nname = "acme"\ndistribution = "was"\n# between\nsha256 = "11" # behind\n'
    text = "".join(before) + old + "".join(after)
    assert with_driver(text, NEW) == text.replace(old, old.replace('"was"', '"acme-cards"').replace('"11"', '"22"'))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "# the end"])
def test_a_value_that_was_missing_is_added_and_line_endings_stay(end: str, last: str) -> None:
    text = f'# hers{end}[[drivers]]{end}name = "acme"{end}{last}'
    wanted = f'# hers{end}[[drivers]]{end}name = "acme"{end}distribution = "acme-cards"{end}sha256 = "22"{end}{last}'
    assert with_driver(text, NEW) == wanted
    assert with_driver(f"# hers{end}", NEW) == f"# hers{end}{end}" + ADDED.replace("\n", end)


def test_to_allow_it_twice_is_to_allow_it_once() -> None:
    once = with_driver("# hers", NEW)
    assert with_driver(once, NEW) == once and once.startswith("# hers\n")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_the_file_stays_as_readable_as_it_was(tmp_path: Path, mode: int) -> None:
    file = tmp_path / FILE
    file.write_text('station = "station/52.03/1"\nhub = "http://hub:8717"\n')
    file.chmod(mode)
    allow(tmp_path, AllowedDriver("acme", "acme-cards", "22" * 32))
    assert "acme-cards" in file.read_text()
    assert file.stat().st_mode & 0o777 == mode
    assert [one.name for one in tmp_path.iterdir()] == [FILE]

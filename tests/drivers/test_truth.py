"""The truth file: appended, torn at worst in its last line, and read by judges."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import CardPosition, DriverError
from ektp_core.errors import Refusal, Refused
from ektp_driver_virtual.chip import uid_of
from ektp_driver_virtual.truth import FILE, CardTruth, Event, Place, What, read_truth
from ektp_driver_virtual.truth_log import TruthLog


def write(folder: Path, *events: Event) -> None:
    log = TruthLog.open(folder)
    for event in events:
        log.append(event)
    log.close()


LOADED = Event(1, 5, What.LOADED, 1, "VP-1", blanks=(("T 1", "04aa"), ("T 2", "04bb")))
FED = Event(2, 6, What.FED, 1, serial="T 1", position=CardPosition.HOPPER_EXIT, counters={"fed": 1})


def test_a_folder_without_a_file_holds_nothing(tmp_path: Path) -> None:
    assert read_truth(tmp_path).events == 0


def test_what_was_appended_is_read(tmp_path: Path) -> None:
    write(tmp_path, LOADED, FED)
    truth = read_truth(tmp_path)
    assert truth.inside == "T 1"
    assert truth.hopper == ["T 2"]
    assert truth.cards["T 2"] == CardTruth("T 2", "04bb")
    assert truth.lying(Place.INSIDE) == (truth.cards["T 1"],)
    assert (truth.printer, truth.counters["fed"], truth.counters["ejected"]) == ("VP-1", 1, 0)


def test_a_torn_last_line_never_happened_and_is_cut_off_at_the_next_start(tmp_path: Path) -> None:
    write(tmp_path, LOADED)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole + b'{"n":2,"what":"fed"')
    assert read_truth(tmp_path).events == 1
    TruthLog.open(tmp_path).close()
    assert (tmp_path / FILE).read_bytes() == whole


@pytest.mark.parametrize("damage", ["lost line", "changed line", "other number"])
def test_a_file_somebody_changed_is_refused_with_the_place(tmp_path: Path, damage: str) -> None:
    write(tmp_path, LOADED, FED)
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    changed = {
        "lost line": lines[1:],
        "changed line": [b"{}\n", lines[1]],
        "other number": [lines[1], lines[0]],
    }[damage]
    (tmp_path / FILE).write_bytes(b"".join(changed))
    with pytest.raises(Refused) as caught:
        read_truth(tmp_path)
    assert caught.value.refusal is Refusal.BAD_FILE
    assert "line 1" in str(caught.value)


def test_nothing_is_acknowledged_before_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _file: kept.append((tmp_path / FILE).read_bytes()))
    write(tmp_path, LOADED, FED)
    assert [data.count(b"\n") for data in kept] == [1, 2]


def test_one_folder_belongs_to_one_process(tmp_path: Path) -> None:
    log = TruthLog.open(tmp_path)
    with pytest.raises(DriverError, match="already runs"):
        TruthLog.open(tmp_path)
    log.close()


@given(st.lists(st.integers(1, 10**12), unique=True, min_size=2, max_size=30), st.text(max_size=8))
def test_every_chip_has_its_own_number_and_no_neighbours(numbers: list[int], seed: str) -> None:
    uids = [uid_of("PNRI-2018", number, seed) for number in numbers]
    assert len(set(uids)) == len(uids)
    assert {len(bytes.fromhex(uid)) for uid in uids} == {7}
    assert uids == [uid_of("PNRI-2018", number, seed) for number in numbers]


def test_uids_of_consecutive_serials_are_not_consecutive() -> None:
    uids = [int(uid_of("T", number), 16) for number in range(1, 200)]
    assert all(abs(after - before) > 1 for before, after in pairwise(uids))


def test_a_record_with_a_slash_in_its_name_keeps_it() -> None:
    card = CardTruth("T 1", "04aa", job_key="52.03/17/2/1")
    assert (card.record, card.attempt) == ("52.03/17", 2)
    assert (CardTruth("T 1", "04aa").record, CardTruth("T 1", "04aa").attempt) == ("", 0)

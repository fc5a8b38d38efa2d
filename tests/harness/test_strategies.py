"""Every kind of ask, event and row has a strategy by itself, and what is drawn has the shape it must have."""

from typing import Any

import attrs
import pytest
from attrs import frozen
from hypothesis import find, given, settings
from hypothesis import strategies as st

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.figures import checked as checked_figures
from ektp_core.allotment.policy import Policy
from ektp_core.allotment.policy import checked as checked_policy
from ektp_core.flow.codec import decode_event, encode_event, make_row, row_key, row_value, split_key
from ektp_core.flow.decide import Decider
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.nik import Nik, may_hold_nik
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.prr import PrintReadyRecord, from_payload, to_payload
from ektp_core.vocabulary.record_id import region_and_number
from ektp_core.vocabulary.region import Regions
from ektp_core.vocabulary.serial import SerialSet
from ektp_core.vocabulary.uid import is_uid
from ektp_core.wire.asks import KINDS, SpoilageReport, read_ask, write_ask
from ektp_testing import strategies as draw
from ektp_testing.strategies import EVENT_KINDS, ROW_KINDS

#: What is wide to draw; also in CI.
FEW = settings(max_examples=40)


def drawn(strategy: st.SearchStrategy[Any]) -> list[Any]:
    """Some values of a strategy."""
    seen: list[Any] = []

    @settings(max_examples=20)
    @given(strategy)
    def draw_one(value: Any) -> None:
        seen.append(value)

    draw_one()
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_ask_is_drawn_and_survives_the_wire(kind: str) -> None:
    seen = []

    @settings(max_examples=20)
    @given(draw.asks(kind))
    def check(body: Any) -> None:
        assert type(body) is KINDS[kind]
        assert read_ask(write_ask("ask-1", "hub", 1, body))[1] == body
        seen.append(body)

    check()
    assert len(set(map(repr, seen))) > 1


@pytest.mark.parametrize("owner", ["", "station/52.03/1"])
def test_every_ask_a_book_takes_is_drawn_also_those_that_are_not_on_the_wire(owner: str) -> None:
    kinds = Decider(Regions({"52": "Nusa Tenggara Barat"}), owner).asks
    seen = drawn(st.sampled_from(kinds).flatmap(draw.values))
    assert {type(one) for one in seen} <= set(kinds) and len({type(one) for one in seen}) > 3


@given(st.sampled_from(EVENT_KINDS).flatmap(draw.values))
def test_every_kind_of_event_is_drawn_and_survives_its_bytes(event: Any) -> None:
    assert decode_event(encode_event(event)) == event


@given(st.sampled_from(ROW_KINDS).flatmap(draw.values))
def test_every_kind_of_row_is_drawn_and_survives_its_bytes(row: Any) -> None:
    kind = type(row)
    if kind is not Holding:
        assert make_row(kind, split_key(kind, row_key(row)), row_value(row)) == row


@pytest.mark.parametrize("kind", [*EVENT_KINDS, *ROW_KINDS], ids=lambda kind: kind.__name__)
def test_no_field_of_an_event_or_row_is_of_a_type_nobody_can_draw(kind: type[Any]) -> None:
    seen = drawn(draw.values(kind))
    assert {type(one) for one in seen} == {kind}


@given(draw.movements())
def test_a_movement_has_a_range_that_is_one(event: Any) -> None:
    assert 1 <= event.lo <= event.hi


@given(draw.parties(), draw.record_ids(), draw.uids(), draw.niks(), draw.words())
def test_nouns_have_their_shape(party: str, record: str, uid: str, nik: Nik, words: str) -> None:
    assert PartyId.parse(party).value == party
    assert region_and_number(record)[1] >= 1
    assert is_uid(uid)
    assert int(nik.reveal()[-4:]) >= 9001
    assert not may_hold_nik(words)


@given(draw.serial_sets(), draw.range_tuples(min_ranges=1))
def test_sets_of_serials_are_sound(serials: SerialSet, ranges: tuple[tuple[str, int, int], ...]) -> None:
    assert SerialSet(serials.ranges) == serials
    assert ranges and all(1 <= lo <= hi for _, lo, hi in ranges)


@given(draw.print_ready_records())
def test_a_drawn_record_can_be_printed_and_its_nik_agrees(record: PrintReadyRecord) -> None:
    assert from_payload(to_payload(record)) == record
    assert record.nik.fits_birth_date(record.birth_date)


@FEW
@given(draw.reports())
def test_the_columns_of_a_drawn_report_balance(report: SpoilageReport) -> None:
    assert report.columns.difference == 0


@FEW
@given(draw.policies(), draw.office_figures())
def test_drawn_policies_and_figures_are_ones_that_can_be(policy: Policy, figures: OfficeFigures) -> None:
    assert checked_policy(policy) is policy
    assert checked_figures(figures) is figures


@FEW
@given(draw.office_tables())
def test_an_office_stands_once_with_a_class(table: tuple[OfficeFigures, ...]) -> None:
    assert len({(one.office, one.blank_class) for one in table}) == len(table)


def test_what_is_drawn_shrinks_to_something_plain() -> None:
    assert find(draw.asks("issue"), lambda ask: ask.count > 3).count == 4
    assert len(find(draw.serial_sets(), bool)) == 1
    assert find(draw.parties(), lambda party: party != "centre") == "office/52.03"


def test_a_type_nobody_can_draw_is_named() -> None:
    @frozen
    class Odd:
        weight: complex

    with pytest.raises(TypeError, match=r"complex.*weight"):
        find(draw.values(Odd), lambda _: True)


def test_another_programs_own_class_is_drawn_too() -> None:
    @frozen
    class Crate:
        series: str
        lo: int
        hi: int
        seals: tuple[str, ...]

    crate = find(draw.values(Crate), lambda one: one.hi > one.lo)
    assert (crate.series, crate.hi - crate.lo) == ("A", 1)
    assert attrs.has(type(crate))

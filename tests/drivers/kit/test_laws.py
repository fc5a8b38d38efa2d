"""The laws, by themselves: a driver may always say that it does not know, and is caught when it is wrongly sure."""

from collections.abc import Callable

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import (
    Can,
    Capabilities,
    CardPosition,
    Counter,
    CounterName,
    Counters,
    Look,
    Status,
)  # fmt: skip
from ektp_core.boundary.driver_bench import Bench, CardOnBench, Lies, Strike
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_testing.driver_kit import Caught, Driver, Stage
from ektp_testing.driver_kit.laws import counters_deny_no_card, position_is_true, uid_is_true, verdict_is_true
from ektp_testing.driver_kit.picture import picture

KEY = "kit-1/1/1"
OWN, OTHER = picture(1016, 648, KEY), picture(1016, 648, "kit-2/1/1")


def stage(can: Can = Can.CARD_POSITION) -> Stage:
    made = Stage(Driver("none", object()), make=_no_bench, capabilities=Capabilities(can, 1, 1, 300), check="laws")
    made._fed_before = 0
    made.arts[KEY] = OWN
    made.begun.add(KEY)
    return made


def _no_bench() -> Bench:
    raise AssertionError("no bench is asked for")


def look(position: CardPosition, fed: int = 0, uid: str = "") -> Look:
    return Look(Status((), position, 1, rebooted=False), Counters((Counter(CounterName.FED, fed, "feed"),)), uid=uid)


CARDS = st.builds(
    CardOnBench,
    number=st.just(1),
    uid=st.just("04AA"),
    lies=st.sampled_from(Lies),
    marks=st.integers(0, 1),
    whole=st.booleans(),
    job_keys=st.sampled_from([(), (KEY,), ("other/1/1",)]),
    picture=st.sampled_from([b"", OWN.front_png, OTHER.front_png]),
)
VERDICTS = st.builds(Verdict, st.sampled_from(Outcome), st.sampled_from(BlankPlace), st.sampled_from(Certainty))


def held(law: Callable[[], None]) -> bool:
    try:
        law()
    except Caught:
        return False
    return True


@given(CARDS, st.sampled_from([Can.CARD_POSITION, Can.OPAQUE_QUEUE, Can.NOTHING]))
def test_to_know_nothing_is_never_wrong(card: CardOnBench, can: Can) -> None:
    unknown = Verdict(Outcome.UNKNOWN, BlankPlace.UNKNOWN, Certainty.TRANSPORT)
    assert held(lambda: verdict_is_true(stage(can), unknown, KEY, (card,)))
    assert held(lambda: position_is_true(stage(can), look(CardPosition.UNKNOWN), (card,)))


@given(VERDICTS, CARDS)
@pytest.mark.rule(22)
def test_good_holds_of_a_whole_card_of_that_job_with_evidence_and_of_nothing_else(said: Verdict, card: CardOnBench) -> None:
    good = evolve(said, outcome=Outcome.GOOD, blank=BlankPlace.UNKNOWN)
    is_so = card.whole and card.picture == OWN.front_png and KEY in card.job_keys and said.certainty.shows_a_good_card
    assert held(lambda: verdict_is_true(stage(), good, KEY, (card,))) is is_so
    assert not held(lambda: verdict_is_true(stage(Can.OPAQUE_QUEUE), good, KEY, (card,)))


@given(CARDS)
def test_not_started_holds_where_no_ink_is(card: CardOnBench) -> None:
    said = Verdict(Outcome.NOT_STARTED, BlankPlace.UNKNOWN, Certainty.COUNTER)
    has_ink = bool(card.marks) and KEY in card.job_keys
    assert held(lambda: verdict_is_true(stage(), said, KEY, (card,))) is not has_ink


@given(CARDS, st.sampled_from(CardPosition))
def test_a_position_denies_no_card_and_makes_none_up(card: CardOnBench, position: CardPosition) -> None:
    is_inside = card.lies is Lies.INSIDE
    allowed = {CardPosition.UNKNOWN} | (set(CardPosition) - {CardPosition.NONE} if is_inside else {CardPosition.NONE})
    assert held(lambda: position_is_true(stage(), look(position), (card,))) is (position in allowed)


@given(CARDS, st.integers(0, 3))
def test_the_counter_of_fed_cards_says_how_many_left_the_hopper(card: CardOnBench, fed: int) -> None:
    gone = int(card.lies is not Lies.HOPPER)
    assert held(lambda: counters_deny_no_card(stage(), look(CardPosition.UNKNOWN, fed), (card,))) is (fed == gone)


def test_a_feed_that_slipped_may_be_counted_and_two_cards_at_once_may_count_as_one() -> None:
    slipped, doubled = stage(), stage()
    slipped.struck, doubled.struck = {Strike.BLANK_FEED}, {Strike.DOUBLE_FEED}
    two = tuple(CardOnBench(n, "", Lies.INSIDE) for n in (1, 2))
    assert held(lambda: counters_deny_no_card(slipped, look(CardPosition.NONE, 1), ()))
    assert held(lambda: counters_deny_no_card(doubled, look(CardPosition.JAMMED, 1), two))
    assert not held(lambda: counters_deny_no_card(doubled, look(CardPosition.JAMMED, 0), two))
    assert not held(lambda: counters_deny_no_card(stage(), look(CardPosition.JAMMED, 1), two))


def test_a_misprint_is_seen_by_no_sensor_so_good_is_forgiven_there_only() -> None:
    misprinted = CardOnBench(1, "", Lies.OUTPUT, marks=1, whole=False, job_keys=(KEY,))
    said = Verdict(Outcome.GOOD, BlankPlace.OUTPUT, Certainty.DEVICE_JOB_RECORD)
    struck = stage()
    struck.struck = {Strike.MISPRINT}
    assert held(lambda: verdict_is_true(struck, said, KEY, (misprinted,)))
    assert not held(lambda: verdict_is_true(stage(), said, KEY, (misprinted,)))


def test_a_uid_is_that_of_the_card_inside() -> None:
    inside, out = CardOnBench(1, "04AA", Lies.INSIDE), CardOnBench(2, "04BB", Lies.OUTPUT)
    assert held(lambda: uid_is_true(stage(), look(CardPosition.HEAD, uid="04aa"), (inside, out)))
    assert not held(lambda: uid_is_true(stage(), look(CardPosition.HEAD, uid="04BB"), (inside, out)))


def test_the_place_of_a_blank_is_where_it_lies() -> None:
    card = CardOnBench(1, "", Lies.REJECT, marks=1, job_keys=(KEY,))
    for blank, holds in ((BlankPlace.REJECT, True), (BlankPlace.OUTPUT, False), (BlankPlace.NONE, False), (BlankPlace.IN_PRINTER, False)):
        said = Verdict(Outcome.SPOILED, blank, Certainty.COUNTER)
        assert held(lambda said=said: verdict_is_true(stage(), said, KEY, (card,))) is holds  # type: ignore[misc]  # a default binds the name

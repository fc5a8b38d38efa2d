"""No blank is lost, doubled or in two places: replay against a plain dictionary of serials."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.ledger.conservation import NotConserved, Spot, Step, count, overlaps, replay
from ektp_core.ledger.holding import Holding
from ektp_core.vocabulary.bucket import Bucket

CENTRE, OFFICE = ("centre", Bucket.STOCK), ("office/52.03", Bucket.STOCK)
SPOTS: tuple[Spot, ...] = (CENTRE, OFFICE, ("station/52.03/1", Bucket.IN_MACHINE))

#: Every blank by itself: where it is, and its class.
Model = dict[tuple[str, int], tuple[Spot, str]]


@st.composite
def movements(draw: st.DrawFn) -> Step:
    lo = draw(st.integers(1, 12))
    hi = draw(st.integers(lo, min(lo + 5, 12)))
    spots = st.sampled_from([None, *SPOTS])
    return Step(draw(st.sampled_from("AB")), lo, hi, draw(spots), draw(spots), draw(st.sampled_from(["v4", "v5"])))


def modelled(model: Model, one: Step) -> Model | None:
    """The movement, blank by blank; None if it cannot be."""
    blanks = [(one.series, n) for n in range(one.lo, one.hi + 1)]
    if one.source is None:
        if one.target is None or any(blank in model for blank in blanks):
            return None
        return model | dict.fromkeys(blanks, (one.target, one.blank_class))
    found = {model.get(blank) for blank in blanks}
    place = found.pop()
    if found or place is None or place[0] != one.source:
        return None
    after = {blank: where for blank, where in model.items() if blank not in blanks}
    return after if one.target is None else after | dict.fromkeys(blanks, (one.target, place[1]))


def blank_by_blank(runs: list[Holding]) -> Model:
    blanks = [
        ((run.series, n), ((run.party, run.bucket), run.blank_class)) for run in runs for n in range(run.lo, run.hi + 1)
    ]
    assert len(dict(blanks)) == len(blanks), "a blank is in two runs"
    return dict(blanks)


def delivered() -> list[Holding]:
    return [Holding("A", 1, 10, *CENTRE, "v5")]


@given(st.lists(movements(), max_size=25))
def test_a_movement_is_carried_out_exactly_when_every_blank_of_it_can_move(steps: list[Step]) -> None:
    runs: list[Holding] = []
    model: Model = {}
    for one in steps:
        after = modelled(model, one)
        if after is None:
            with pytest.raises(NotConserved):
                replay(runs, [one])
        else:
            runs, model = replay(runs, [one]), after
        assert blank_by_blank(runs) == model
        assert count(runs) == len(model)


@given(st.lists(movements(), max_size=25))
def test_runs_are_always_in_order_apart_and_as_long_as_they_can_be(steps: list[Step]) -> None:
    runs: list[Holding] = []
    for one in steps:
        try:
            runs = replay(runs, [one])
        except NotConserved:
            continue
        assert runs == sorted(runs, key=lambda run: (run.series, run.lo))
        assert overlaps(runs) == []
        assert not any(left.joins(right) for left, right in pairwise(runs))


@given(st.lists(movements(), max_size=25))
def test_many_movements_at_once_end_where_one_by_one_ends(steps: list[Step]) -> None:
    fitting: list[Step] = []
    model: Model = {}
    for one in steps:
        after = modelled(model, one)
        if after is not None:
            fitting, model = [*fitting, one], after
    one_by_one: list[Holding] = []
    for one in fitting:
        one_by_one = replay(one_by_one, [one])
    assert replay([], fitting) == one_by_one
    assert blank_by_blank(one_by_one) == model


def test_a_blank_that_went_and_came_back_leaves_no_trace_in_the_runs() -> None:
    """Else the next movement of the whole carton would be refused."""
    there, back = Step("A", 3, 4, CENTRE, OFFICE), Step("A", 3, 4, OFFICE, CENTRE)
    assert replay(delivered(), [there, back]) == delivered()
    assert replay(delivered(), [there, back, Step("A", 1, 10, CENTRE, OFFICE)]) == [Holding("A", 1, 10, *OFFICE, "v5")]


def test_a_movement_does_not_change_what_it_was_given() -> None:
    held = delivered()
    replay(held, [Step("A", 1, 10, CENTRE, None)])
    assert held == delivered()


@pytest.mark.parametrize(
    "one",
    [
        Step("A", 10, 12, None, CENTRE, "v5"),
        Step("A", 5, 5, None, OFFICE, "v5"),
        Step("A", 1, 3, OFFICE, CENTRE),
        Step("A", 1, 3, ("centre", Bucket.RESERVED), OFFICE),
        Step("A", 9, 11, CENTRE, OFFICE),
        Step("A", 0, 3, CENTRE, OFFICE),
        Step("B", 1, 3, CENTRE, OFFICE),
        Step("A", 11, 12, CENTRE, None),
        Step("A", 4, 3, CENTRE, OFFICE),
        Step("A", 12, 11, None, CENTRE),
        Step("A", 1, 3, None, None),
    ],
    ids=[
        "doubled at the edge",
        "taken in twice",
        "from where it is not",
        "from another bucket",
        "past the end",
        "before the beginning",
        "another series",
        "given out and not held",
        "backwards",
        "taken in backwards",
        "from nowhere to nowhere",
    ],
)
def test_a_movement_that_does_not_fit_is_a_fault(one: Step) -> None:
    with pytest.raises(NotConserved, match=f"{one.series} {one.lo}-{one.hi}"):
        replay(delivered(), [one])


def test_a_movement_over_two_classes_is_two_movements() -> None:
    mixed = [Holding("A", 1, 5, *CENTRE, "v4"), Holding("A", 6, 10, *CENTRE, "v5")]
    with pytest.raises(NotConserved):
        replay(mixed, [Step("A", 5, 6, CENTRE, OFFICE)])
    assert count(replay(mixed, [Step("A", 5, 5, CENTRE, OFFICE), Step("A", 6, 6, CENTRE, OFFICE)])) == 10


def test_a_book_in_which_a_blank_is_twice_is_a_fault_before_anything_moves() -> None:
    twice = [*delivered(), Holding("A", 10, 12, *OFFICE, "v5")]
    with pytest.raises(NotConserved, match="A 10-10 is in two places"):
        replay(twice, [])


def test_a_run_inside_another_is_seen() -> None:
    wide, inner, far = (Holding("A", lo, hi, *CENTRE, "v5") for lo, hi in [(1, 100), (5, 6), (200, 300)])
    assert overlaps([far, inner, wide]) == [(wide, inner)]
    assert overlaps([wide, far]) == []
    assert overlaps([wide, Holding("B", 1, 100, *CENTRE, "v5")]) == []


def test_twenty_million_blanks_cost_three_runs() -> None:
    carton = [Holding("A", 1, 20_000_000, *CENTRE, "v5")]
    after = replay(carton, [Step("A", 1_000_000, 1_009_999, CENTRE, OFFICE)])
    assert (len(after), count(after)) == (3, 20_000_000)

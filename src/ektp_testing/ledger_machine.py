"""The machine of the ledger (mesin uji buku blangko): what can be done to a book of blanks, legal and not.

Papers come in, are repeated and forged; parts of cartons travel, get lost and leave; numbers that
stand for a count are read after all (rule 10). Illegal on purpose: the same blank twice, what is
not there, from the wrong party, half a range, empty and negative ranges, a paper used again.
"""

from collections.abc import Callable

from ektp_core.vocabulary.bucket import Bucket
from ektp_testing.ledger_checks import A_PAPER_IS_TAKEN_ONCE, A_READING_SWAPS, LEDGER_CHECKS, LedgerWorld, audit, look
from ektp_testing.ledger_model import CARTON, CLASSES, HIGHEST, LONGEST, SERIES, Serial, other_spot, some_place
from ektp_testing.operation import Arguments, Dice, Machine, Operation
from ektp_testing.protocols import Blanks, LedgerUnderTest, Place, Spot

World = LedgerWorld

# -- drawn ----------------------------------------------------------------------------------------


def _new(world: World, dice: Dice) -> Arguments:
    blanks = world.model.unknown_blanks(dice)
    return {"blanks": blanks, "place": _place(world, dice, blanks)}


def _far(world: World, dice: Dice) -> Arguments:
    return {"blanks": world.model.far_blanks(dice), "place": some_place(dice)}


def _carton(world: World, dice: Dice) -> Arguments:
    return {"blanks": world.model.carton(dice), "place": some_place(dice)}


def _place(world: World, dice: Dice, blanks: Blanks) -> Place:
    """Any place; now and then the spot of the blank before these, in the class that comes up."""
    place, before = some_place(dice), world.model.blanks.get((blanks.series, blanks.lo - 1))
    return Place(*before.place.spot, place.blank_class) if before and dice.number(0, 1) else place


def _known(world: World, dice: Dice) -> Arguments:
    """Blanks that are in the book, whole or in part, with what is right beside them."""
    known = world.model.some_blanks(dice)
    lo, hi = max(1, known.lo - dice.number(0, 2)), known.hi + dice.number(0, 2)
    return {"blanks": Blanks(known.series, lo, hi), "place": some_place(dice)}


def _held(world: World, dice: Dice) -> Arguments:
    leaving = _leaving(world, dice)
    return {**leaving, "target": other_spot(dice, leaving["source"])}


def _staying(world: World, dice: Dice) -> Arguments:
    leaving = _leaving(world, dice)
    return {**leaving, "target": leaving["source"]}


def _leaving(world: World, dice: Dice) -> Arguments:
    blanks = world.model.some_blanks(dice)
    return {"blanks": blanks, "source": world.model.spot(blanks.series, blanks.lo)}


def _elsewhere(world: World, dice: Dice) -> Arguments:
    """Blanks of the book, said to be where they are not: another party, another bucket, or both."""
    drawn = _held(world, dice)
    source, wrong = drawn["source"], other_spot(dice, drawn["source"])
    ways = [Spot(wrong.party, source.bucket), Spot(source.party, wrong.bucket), wrong]
    return {**drawn, "source": dice.pick([one for one in ways if one != source])}


def _half(world: World, dice: Dice) -> Arguments:
    """A range that begins where it is said to be and ends somewhere else."""
    drawn = _held(world, dice)
    series, lo, hi = drawn["blanks"].series, drawn["blanks"].lo, drawn["blanks"].hi
    while world.model.may_leave(Blanks(series, lo, hi), drawn["source"]):
        hi += 1
    return {**drawn, "blanks": Blanks(series, lo, hi + dice.number(0, 1))}


def _nowhere(world: World, dice: Dice) -> Arguments:
    source = Spot("centre", Bucket.STOCK)
    series = dice.pick((*SERIES, "Z"))
    lo = world.model.unknown_number(series, dice.number(1, LONGEST))
    blanks = Blanks(series, lo, lo + dice.number(0, LONGEST))
    return {"blanks": blanks, "source": source, "target": other_spot(dice, source)}


def _senseless(world: World, dice: Dice) -> Arguments:
    """No range at all: backwards, from nought, below it, or beyond the highest number there is."""
    lo = world.model.unknown_number("A", 2)
    ranges = [(lo, lo - 1), (0, 0), (-3, -1), (0, 2), (lo + 5, lo), (HIGHEST, HIGHEST + 1)]
    return {"blanks": Blanks("A", *dice.pick(ranges)), "place": some_place(dice)}


def _senseless_move(world: World, dice: Dice) -> Arguments:
    """As above, at blanks that are really there: the empty range behind, and the backward one."""
    drawn = _held(world, dice)
    series, lo, hi = drawn["blanks"].series, drawn["blanks"].lo, drawn["blanks"].hi
    return {**drawn, "blanks": Blanks(series, *dice.pick([(lo, lo - 1), (hi + 3, lo), (0, lo)]))}


def _two_places(world: World, dice: Dice) -> Arguments:
    read, thought = dice.pick(world.model.pairs())
    if dice.number(0, 1):
        read, thought = thought, read
    return {"read": read, "thought": thought}


def _no_pair(world: World, dice: Dice) -> Arguments:
    """A blank said to be read, one of the two at least no placeholder, or both the same."""
    read = dice.pick(sorted(world.model.blanks))
    facts = [s for s, one in sorted(world.model.blanks.items()) if s[0] == read[0] and not one.is_assumed]
    unknown = (read[0], world.model.unknown_number(read[0], 1))
    return {"read": read, "thought": dice.pick([read, unknown, *facts[:20]])}


def _two_classes(world: World, dice: Dice) -> Arguments:
    read, thought = dice.pick(world.model.pairs(one_class=False))
    return {"read": read, "thought": thought}


def _paper(world: World, dice: Dice) -> Arguments:
    return {"paper": f"BAST-{world.papers + 1}", **_new(world, dice)}


def _same_paper(world: World, dice: Dice) -> Arguments:
    paper = dice.pick(sorted(world.model.papers))
    blanks, place = world.model.papers[paper]
    return {"paper": paper, "blanks": blanks, "place": place}


def _forged_paper(world: World, dice: Dice) -> Arguments:
    """A paper that was used, with other blanks on it, one more, one less, or another place."""
    paper = dice.pick(sorted(world.model.papers))
    blanks, place = world.model.papers[paper]
    ways: list[tuple[Blanks, Place]] = [
        (world.model.unknown_blanks(dice), place),  # new ones: nothing else is wrong with it
        (Blanks(blanks.series, blanks.lo, blanks.hi + 1), place),
        (Blanks(blanks.series, blanks.lo + 1, blanks.hi + 1), place),
        (blanks, Place(*other_spot(dice, place.spot), place.blank_class)),
        (blanks, Place(*place.spot, next(one for one in CLASSES if one != place.blank_class))),
    ]
    forged = dice.pick([one for one in ways if one != (blanks, place)])
    return {"paper": paper, "blanks": forged[0], "place": forged[1]}


# -- done and judged ------------------------------------------------------------------------------


def _take_in(world: World, blanks: Blanks, place: Place) -> None:
    expected = world.model.may_take_in(blanks)
    answer = world.ledger.take_in(blanks, place)
    world.judge(answer, expected, [blanks], lambda: world.model.take_in(blanks, place))


def _assume(world: World, blanks: Blanks, place: Place) -> None:
    ledger = world.with_placeholders
    assert ledger is not None
    answer = ledger.take_in_assumed(blanks, place)
    world.judge(answer, True, [blanks], lambda: world.model.take_in(blanks, place, is_assumed=True))


def _move(world: World, blanks: Blanks, source: Spot, target: Spot) -> None:
    expected = world.model.may_leave(blanks, source)
    answer = world.ledger.move(blanks, source, target)
    world.judge(answer, expected, [blanks], lambda: world.model.move(blanks, target))


def _stay(world: World, blanks: Blanks, source: Spot, target: Spot) -> None:
    """Whether to take a movement that is none is the ledger's own affair; it changes nothing either way."""
    answer = world.ledger.move(blanks, source, target)
    world.judge(answer, answer, [blanks], lambda: world.model.move(blanks, target))


def _give_out(world: World, blanks: Blanks, source: Spot, **_: object) -> None:
    expected = world.model.may_leave(blanks, source)
    answer = world.ledger.give_out(blanks, source)
    world.judge(answer, expected, [blanks], lambda: world.model.give_out(blanks))


def _reidentify(world: World, read: Serial, thought: Serial) -> None:
    ledger = world.with_placeholders
    assert ledger is not None
    expected = world.model.may_reidentify(read, thought)
    answer = ledger.reidentify(*read, thought[1])
    named = [Blanks(series, number, number) for series, number in (read, thought)]
    world.judge(answer, expected, named, lambda: world.model.reidentify(read, thought), A_READING_SWAPS)


def _take_paper(world: World, paper: str, blanks: Blanks, place: Place) -> None:
    ledger = world.with_papers
    assert ledger is not None
    world.papers += 1
    answer = ledger.take_in_once(paper, blanks, place)

    def then() -> None:
        world.model.take_in(blanks, place)
        world.model.papers[paper] = (blanks, place)

    world.judge(answer, True, [blanks], then)


def _repeat_paper(world: World, paper: str, blanks: Blanks, place: Place) -> None:
    ledger = world.with_papers
    assert ledger is not None
    expected = world.model.papers[paper] == (blanks, place)
    answer = ledger.take_in_once(paper, blanks, place)
    world.judge(answer, expected, [blanks], lambda: None, A_PAPER_IS_TAKEN_ONCE)


# -- the table ------------------------------------------------------------------------------------


def _has_blanks(world: World) -> bool:
    return bool(world.model.blanks)


def _has_few(world: World) -> bool:
    """Growing for ever would only make each look at the book slower."""
    return len(world.model.blanks) - CARTON * world.model.cartons < 200


def _has_no_carton(world: World) -> bool:
    """One in a life is enough; and lives without one are shorter to look through."""
    return world.model.cartons == 0 and len(world.model.blanks) > 60


def _has_two_classes(world: World) -> bool:
    return world.with_placeholders is not None and bool(world.model.pairs(one_class=False))


def _has_pairs(world: World) -> bool:
    return world.with_placeholders is not None and bool(world.model.pairs())


def _knows_placeholders(world: World) -> bool:
    return world.with_placeholders is not None and _has_few(world)


def _may_misread(world: World) -> bool:
    return world.with_placeholders is not None and _has_blanks(world)


def _knows_papers(world: World) -> bool:
    return world.with_papers is not None and _has_few(world)


def _has_papers(world: World) -> bool:
    return world.with_papers is not None and bool(world.model.papers)


def _legal(
    name: str,
    tells: str,
    draw: Callable[[World, Dice], Arguments],
    do: Callable[..., None],
    when: Callable[[World], bool],
    *,
    weight: int = 2,
) -> Operation[World]:
    return Operation(name, tells, draw, do, is_always_possible=True, makes_sense=when, weight=weight)


def _illegal(
    name: str,
    tells: str,
    draw: Callable[[World, Dice], Arguments],
    do: Callable[..., None],
    when: Callable[[World], bool] = _has_blanks,
) -> Operation[World]:
    return Operation(name, tells, draw, do, is_illegal=True, makes_sense=when)


_FROM_TO = "{blanks} from {source} to {target}"

LEDGER_OPERATIONS: tuple[Operation[World], ...] = (
    _legal("new_blanks_come_in", "new blanks {blanks} come in at {place}", _new, _take_in, _has_few, weight=3),
    _legal("numbers_far_up_come_in", "new blanks {blanks} come in at {place}", _far, _take_in, _has_few, weight=1),
    _legal("a_carton_comes_in", "carton {blanks} comes in at {place}", _carton, _take_in, _has_no_carton, weight=1),
    Operation(
        "blanks_stay", "blanks {blanks} from {source} to where they are", _staying, _stay, makes_sense=_has_blanks
    ),
    _legal("blanks_move", f"blanks {_FROM_TO}", _held, _move, _has_blanks, weight=8),
    _legal("blanks_leave", "blanks {blanks} leave {source}", _leaving, _give_out, _has_blanks),
    _legal("a_count_comes_in", "placeholders {blanks} come in at {place}", _new, _assume, _knows_placeholders),
    _legal(
        "a_placeholder_is_read",
        "{read[0]} {read[1]} is read where {thought[1]} was thought",
        _two_places,
        _reidentify,
        _has_pairs,
    ),
    _legal("a_paper_comes_in", "paper {paper}: {blanks} to {place}", _paper, _take_paper, _knows_papers),
    _legal("a_paper_comes_again", "paper {paper} again: {blanks}", _same_paper, _repeat_paper, _has_papers),
    _illegal("blanks_come_in_twice", "{blanks} again, to {place}", _known, _take_in),
    _illegal("what_is_elsewhere_moves", f"wrongly {_FROM_TO}", _elsewhere, _move),
    _illegal("what_is_elsewhere_leaves", "wrongly {blanks} leave {source}", _elsewhere, _give_out),
    _illegal("half_a_range_moves", f"half there: {_FROM_TO}", _half, _move),
    _illegal("half_a_range_leaves", "half there: {blanks} leave {source}", _half, _give_out),
    _illegal("what_is_not_there_moves", f"not there: {_FROM_TO}", _nowhere, _move, lambda _: True),
    _illegal("no_range_comes_in", "no range: {blanks} to {place}", _senseless, _take_in, lambda _: True),
    _illegal("no_range_moves", f"no range: {_FROM_TO}", _senseless_move, _move),
    _illegal(
        "a_fact_is_read_away",
        "{read[0]} {read[1]} is read in place of the fact {thought[1]}",
        _no_pair,
        _reidentify,
        _may_misread,
    ),
    _illegal(
        "classes_are_mixed",
        "{read[0]} {read[1]} is read where {thought[1]} of another class was thought",
        _two_classes,
        _reidentify,
        _has_two_classes,
    ),
    _illegal("a_used_paper_comes_in", "used paper {paper} with {blanks}", _forged_paper, _repeat_paper, _has_papers),
)

LEDGER: Machine[LedgerUnderTest, World] = Machine("ledger", LedgerWorld, LEDGER_OPERATIONS, LEDGER_CHECKS, look, audit)

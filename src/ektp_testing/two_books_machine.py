"""The machine of two books (mesin uji dua buku): a hub, a station, and a line that loses and repeats.

The hub authorises, recalls and settles; the station prints; entries and commits arrive late,
again, or before their turn. Whatever the line does, each fact has its effect once, no blank is
lost between the books, and when everything has been carried both say the same.
"""

from collections.abc import Callable, Sequence

from attrs import define, field

from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_testing.operation import Arguments, Dice, Machine, NamedCheck, Operation, must
from ektp_testing.protocols import TwoBooksUnderTest
from ektp_testing.two_books_model import BUCKETS, ENDINGS, SETTLEMENTS, Fact, TwoBooksModel

POSSIBLE_IS_TAKEN = NamedCheck(
    "what_a_side_may_do_it_can", "What the rules allow a side to do with what it knows is taken."
)
IMPOSSIBLE_IS_REFUSED = NamedCheck(
    "what_a_side_may_not_do_is_refused",
    "No print without a free blank, none after a recall, no second card in the machine.",
)
IN_ORDER = NamedCheck(
    "what_comes_before_its_turn_waits", "An entry or commit is taken only after all before it; a repeat is harmless."
)
HUB_KNOWS = NamedCheck(
    "the_hub_knows_what_arrived", "The hub's locks and blanks follow what it did and what arrived, once."
)
STATION_KNOWS = NamedCheck(
    "the_station_knows_what_arrived", "The station's locks and blanks follow what it did and what arrived, once."
)
QUEUES_KNOWN = NamedCheck(
    "what_is_on_its_way_is_counted", "Both know how much they queued and how much of it was taken."
)
NEVER_DISPUTED = NamedCheck(
    "an_honest_station_is_not_disputed", "No fact of a station that follows the rules is disputed."
)
OVERSTEPPING_IS_DISPUTED = NamedCheck(
    "a_fact_no_station_may_state_is_disputed", "What a station may not say is taken when it arrives, and disputed once."
)
NO_BLANK_BETWEEN = NamedCheck(
    "no_blank_is_lost_between", "In each book the station's blanks are as many as at the beginning."
)
BOOKS_AGREE = NamedCheck(
    "carried_out_both_agree", "When everything was carried, both books say the same of each lock and bucket."
)

TWO_BOOKS_CHECKS = (
    POSSIBLE_IS_TAKEN,
    IMPOSSIBLE_IS_REFUSED,
    IN_ORDER,
    HUB_KNOWS,
    STATION_KNOWS,
    QUEUES_KNOWN,
    NEVER_DISPUTED,
    OVERSTEPPING_IS_DISPUTED,
    NO_BLANK_BETWEEN,
    BOOKS_AGREE,
)

_FAR = 1_000_000
_OVERSTEPS = 2


@define(eq=False)
class TwoBooksWorld:
    """The books under test, the model, and how far the feed and chain were when it was made."""

    books: TwoBooksUnderTest
    model: TwoBooksModel
    blanks: int
    fed: int
    sealed: int
    was_taken: bool = field(default=True)

    def people(self) -> int:
        """How many have been entered."""
        return len(self.model.hub.states)


def begin(books: TwoBooksUnderTest) -> TwoBooksWorld:
    """Take the books as they are: all at rest, with blanks in the station's stock."""
    at_hub, at_station = books.counts(BUCKETS[0])
    must(at_hub == at_station and at_hub > 0, BOOKS_AGREE, f"stock {at_hub} at the hub, {at_station} at the station")
    return TwoBooksWorld(books, TwoBooksModel.with_stock(at_hub), at_hub, books.feed()[0], books.chain()[0])


# -- drawn ----------------------------------------------------------------------------------------


May = Callable[[TwoBooksModel, int], bool]


def _people(world: TwoBooksWorld, may: May, *, allowed: bool) -> list[int]:
    """Everybody for whom it is allowed, or is not; the next who is not known yet among them."""
    return [person for person in range(1, world.people() + 2) if may(world.model, person) is allowed]


def _next_person(model: TwoBooksModel, person: int) -> bool:
    return person == len(model.hub.states) + 1


def _few_waiting(model: TwoBooksModel, person: int) -> bool:
    """A new person, unless enough wait already."""
    return _next_person(model, person) and len(model.hub.people(LockState.READY)) < 6


# -- done and judged ------------------------------------------------------------------------------


def _judge(world: TwoBooksWorld, answer: bool, expected: bool) -> bool:
    world.was_taken = expected
    if expected:
        must(answer, POSSIBLE_IS_TAKEN, "it was refused")
    else:
        must(not answer, IMPOSSIBLE_IS_REFUSED, "it was taken")
    return expected


def _enter(world: TwoBooksWorld, person: int) -> None:
    if _judge(world, world.books.enter(person), world.model.may_enter(person)):
        world.model.hub_does(Fact(person, LockEvent.ENTER), is_fed=False)


def _authorise(world: TwoBooksWorld, person: int) -> None:
    if _judge(world, world.books.authorise(person), world.model.may_authorise(person)):
        world.model.hub_does(Fact(person, LockEvent.AUTHORISE), is_fed=True)


def _recall(world: TwoBooksWorld, person: int) -> None:
    if _judge(world, world.books.recall(person), world.model.may_recall(person)):
        world.model.hub_does(Fact(person, None), is_fed=True)


def _start(world: TwoBooksWorld, person: int) -> None:
    if _judge(world, world.books.start(person), world.model.may_start(person)):
        world.model.station_does(Fact(person, LockEvent.START))


def _finish(world: TwoBooksWorld, person: int, event: LockEvent) -> None:
    if _judge(world, world.books.finish(person, event), world.model.may_finish(person)):
        world.model.station_does(Fact(person, event))


def _give_back(world: TwoBooksWorld, person: int) -> None:
    if _judge(world, world.books.give_back(person), world.model.may_give_back(person)):
        world.model.station_does(Fact(person, LockEvent.RETURN))


def _settle(world: TwoBooksWorld, person: int, event: LockEvent) -> None:
    if _judge(world, world.books.settle(person, event), world.model.may_settle(person)):
        world.model.hub_does(Fact(person, event), is_fed=True)


def _overstep(world: TwoBooksWorld) -> None:
    if _judge(world, world.books.overstep(), True):
        world.model.station_oversteps()


def _carry_feed(world: TwoBooksWorld, m: int) -> None:
    expected = m <= world.model.taken + 1
    must(world.books.carry_feed(world.fed + m) == expected, IN_ORDER, f"entry {m} was {_answered(not expected)}")
    if expected:
        world.model.carry_feed(m)


def _carry_chain(world: TwoBooksWorld, n: int) -> None:
    expected = n <= world.model.absorbed + 1
    must(world.books.carry_chain(world.sealed + n) == expected, IN_ORDER, f"commit {n} was {_answered(not expected)}")
    if expected:
        world.model.carry_chain(n)


def _answered(is_taken: bool) -> str:
    return "taken" if is_taken else "refused"


def _carry_all(world: TwoBooksWorld) -> None:
    """In order until nothing is left; then the two say the same."""
    model = world.model
    while model.taken < len(model.feed) or model.absorbed < len(model.chain):
        while model.taken < len(model.feed):
            _carry_feed(world, model.taken + 1)
        while model.absorbed < len(model.chain):
            _carry_chain(world, model.absorbed + 1)
    for person in model.station.states:
        at_hub, at_station = world.books.states(person)
        must(at_hub is at_station, BOOKS_AGREE, f"person {person}: {_name(at_hub)} and {_name(at_station)}")
    for bucket in BUCKETS:
        here, there = world.books.counts(bucket)
        must(here == there, BOOKS_AGREE, f"{bucket.name}: {here} and {there}")


def look(world: TwoBooksWorld) -> None:
    """Both pictures, the queues and the disputes."""
    model, books = world.model, world.books
    queues = (books.feed(), books.chain())
    feed = (world.fed + len(model.feed), world.fed + model.taken)
    chain = (world.sealed + len(model.chain), world.sealed + model.absorbed)
    must(queues == (feed, chain), QUEUES_KNOWN, f"{queues}, not {(feed, chain)}")
    found, due = books.disputes(), model.disputes
    must(found >= due, OVERSTEPPING_IS_DISPUTED, f"{found} disputes, not {due}")
    must(found == due, NEVER_DISPUTED, f"{found} disputes, not {due}")
    for person in range(max(1, world.people() - 8), world.people() + 1):
        _look_at(world, person)
    counts = [books.counts(bucket) for bucket in BUCKETS]
    sums = (sum(one for one, _ in counts), sum(other for _, other in counts))
    must(sums == (world.blanks, world.blanks), NO_BLANK_BETWEEN, f"{sums}, not {world.blanks} in each")
    for bucket, (at_hub, at_station) in zip(BUCKETS, counts, strict=True):
        mine, theirs = model.hub.blanks.get(bucket, 0), model.station.blanks.get(bucket, 0)
        must(at_hub == mine, HUB_KNOWS, f"{at_hub} in {bucket.name}, not {mine}")
        must(at_station == theirs, STATION_KNOWS, f"{at_station} in {bucket.name}, not {theirs}")


def audit(world: TwoBooksWorld) -> None:
    """The same, of everybody."""
    look(world)
    for person in range(1, world.people() + 2):
        _look_at(world, person)


def _look_at(world: TwoBooksWorld, person: int) -> None:
    at_hub, at_station = world.books.states(person)
    mine, theirs = world.model.hub.states.get(person), world.model.station.states.get(person)
    must(at_hub is mine, HUB_KNOWS, f"person {person} is {_name(at_hub)}, not {_name(mine)}")
    must(at_station is theirs, STATION_KNOWS, f"person {person} is {_name(at_station)}, not {_name(theirs)}")


def _name(state: LockState | None) -> str:
    return state.name if state else "unknown"


# -- the table ------------------------------------------------------------------------------------


def _each(
    name: str, tells: str, may: May, do: Callable[..., None], *, events: Sequence[LockEvent] = (), weight: int = 2
) -> tuple[Operation[TwoBooksWorld], Operation[TwoBooksWorld]]:
    """One act twice: for somebody for whom it is allowed, and for somebody for whom it is not."""

    def operation(allowed: bool) -> Operation[TwoBooksWorld]:
        def draw(world: TwoBooksWorld, dice: Dice) -> Arguments:
            person = {"person": dice.pick(_people(world, may, allowed=allowed))}
            return {**person, "event": dice.pick(events)} if events else person

        return Operation(
            name if allowed else f"{name}_illegally",
            tells if allowed else f"{tells} (not allowed)",
            draw,
            do,
            is_always_possible=allowed,
            is_illegal=not allowed,
            makes_sense=lambda world: bool(_people(world, may, allowed=allowed)),
            weight=weight if allowed else 1,
        )

    return operation(True), operation(False)


def _carrying(
    what: str, tells: str, argument: str, progress: Callable[[TwoBooksModel], tuple[int, int]], do: Callable[..., None]
) -> tuple[Operation[TwoBooksWorld], ...]:
    """What the line does to one of the two queues: the next arrives, an old one again, a later one too early."""

    def operation(
        name: str, told: str, least: int, most: int, *, is_illegal: bool, weight: int
    ) -> Operation[TwoBooksWorld]:
        """`least` and `most` are counted from what has arrived; a `least` of 0 and below means from the first."""

        def between(world: TwoBooksWorld) -> tuple[int, int]:
            queued, arrived = progress(world.model)
            return (1 if least <= 0 else arrived + least), min(queued, arrived + most)

        return Operation(
            f"{what}_{name}",
            f"line: {tells}{told}",
            lambda world, dice: {argument: dice.number(*between(world))},
            do,
            is_always_possible=not is_illegal,
            is_illegal=is_illegal,
            makes_sense=lambda world: between(world)[0] <= between(world)[1],
            weight=weight,
        )

    return (
        operation("arrives", "", 1, 1, is_illegal=False, weight=10),
        operation("arrives_again", " again", 0, 0, is_illegal=False, weight=2),
        operation("overtakes", " before its turn", 2, _FAR, is_illegal=True, weight=1),
    )


_ENTER = _each("a_record_comes_in", "hub: the record of person {person}", _few_waiting, _enter)
_ENTER_TWICE = Operation[TwoBooksWorld](
    "a_second_record_comes_in",
    "hub: another record of person {person}",
    lambda world, dice: {"person": dice.number(1, world.people())},
    _enter,
    is_illegal=True,
    makes_sense=lambda world: world.people() > 0,
)

_WITHOUT_BLANK = Operation[TwoBooksWorld](
    "the_hub_authorises_without_a_blank",
    "hub: authorise {person} (no blank is free)",
    lambda world, dice: {"person": dice.pick(world.model.hub.people(LockState.READY))},
    _authorise,
    is_illegal=True,
    makes_sense=lambda world: world.model.free_blanks < 1 and bool(world.model.hub.people(LockState.READY)),
    weight=2,
)

TWO_BOOKS_OPERATIONS: tuple[Operation[TwoBooksWorld], ...] = (
    _ENTER[0],
    _ENTER_TWICE,
    *_each("the_hub_authorises", "hub: authorise {person}", TwoBooksModel.may_authorise, _authorise, weight=4),
    _WITHOUT_BLANK,
    *_each("the_hub_calls_back", "hub: call {person} back", TwoBooksModel.may_recall, _recall, weight=1),
    *_each("the_station_starts", "station: start {person}", TwoBooksModel.may_start, _start, weight=6),
    *_each(
        "the_station_finishes",
        "station: {event.name} of {person}",
        TwoBooksModel.may_finish,
        _finish,
        events=ENDINGS,
        weight=5,
    ),
    *_each("the_station_gives_back", "station: give {person} back", TwoBooksModel.may_give_back, _give_back, weight=1),
    Operation(
        "the_station_oversteps",
        "station: it states what it may not",
        lambda _, __: {},
        _overstep,
        is_always_possible=True,
        makes_sense=lambda world: len(world.model.overstepped) < _OVERSTEPS,
    ),
    *_each("two_people_settle", "hub: {event.name} of {person}", TwoBooksModel.may_settle, _settle, events=SETTLEMENTS),
    *_carrying("an_entry", "entry {m} reaches the station", "m", lambda m: (len(m.feed), m.taken), _carry_feed),
    *_carrying("a_commit", "commit {n} reaches the hub", "n", lambda m: (len(m.chain), m.absorbed), _carry_chain),
    Operation(
        "everything_is_carried", "line: everything arrives", lambda _, __: {}, _carry_all, is_always_possible=True
    ),
)

TWO_BOOKS: Machine[TwoBooksUnderTest, TwoBooksWorld] = Machine(
    "two books", begin, TWO_BOOKS_OPERATIONS, TWO_BOOKS_CHECKS, look, audit
)

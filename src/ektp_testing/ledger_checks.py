"""What must hold of every ledger (pemeriksaan buku blangko), by name, and the world they are checked in.

The world holds the ledger under test and the model beside it. What the ledger answers and
what it then shows is compared with the model: at the blanks that were touched and their
neighbours after every operation, everywhere at the audit.
"""

from collections.abc import Callable, Iterable

from attrs import define, field

from ektp_testing.ledger_model import BUCKETS, CARTON, CLASSES, PARTIES, SERIES, LedgerModel, Serial, is_sound
from ektp_testing.operation import NamedCheck, must
from ektp_testing.protocols import Blanks, KnowsPapers, KnowsPlaceholders, LedgerUnderTest, Place

WHAT_FITS_IS_TAKEN = NamedCheck(
    "what_fits_is_taken", "A movement of blanks that are where it takes them from is taken."
)
WHAT_DOES_NOT_FIT_IS_REFUSED = NamedCheck(
    "what_does_not_fit_is_refused",
    "Blanks of the book do not come in again; what is not there does not move; a range is one serial or more.",
)
A_REFUSAL_CHANGES_NOTHING = NamedCheck("a_refusal_changes_nothing", "After a refusal every blank is where it was.")
A_BLANK_IS_WHERE_IT_WAS_PUT = NamedCheck(
    "a_blank_is_where_it_was_put", "Each blank a movement named is at its party and in its bucket."
)
WHAT_WAS_NOT_NAMED_STAYS = NamedCheck(
    "what_was_not_named_stays", "Each blank no movement named is where it was, and no blank comes from nowhere."
)
A_CLASS_IS_KEPT = NamedCheck("a_class_is_kept", "A blank has the class it came in with, wherever it goes (rule 8).")
COUNTS_ARE_THE_BLANKS = NamedCheck("counts_are_the_blanks", "The count of a place is the number of blanks there.")
HELD_IS_IN_LESS_OUT = NamedCheck("held_is_in_less_out", "All counts together are what came in less what went out.")
PLACEHOLDERS_STAY = NamedCheck(
    "placeholders_stay_placeholders", "Blanks nobody read are shown as such until one is read (rule 10)."
)
A_READING_SWAPS = NamedCheck(
    "a_reading_swaps_two", "A placeholder that was read and the one thought to be there exchange places (rule 10)."
)
A_PAPER_IS_TAKEN_ONCE = NamedCheck(
    "a_paper_is_taken_once",
    "The same paper again changes nothing and is answered as before; another content is refused.",
)

LEDGER_CHECKS = (
    WHAT_FITS_IS_TAKEN,
    WHAT_DOES_NOT_FIT_IS_REFUSED,
    A_REFUSAL_CHANGES_NOTHING,
    A_BLANK_IS_WHERE_IT_WAS_PUT,
    WHAT_WAS_NOT_NAMED_STAYS,
    A_CLASS_IS_KEPT,
    COUNTS_ARE_THE_BLANKS,
    HELD_IS_IN_LESS_OUT,
    PLACEHOLDERS_STAY,
    A_READING_SWAPS,
    A_PAPER_IS_TAKEN_ONCE,
)


@define(eq=False)
class LedgerWorld:
    """The ledger under test, the model, and what the last operation touched.

    Attributes:
        touched: the blanks the last operation named; `was_taken`: whether it had to be taken.
        with_placeholders, with_papers: the ledger, if it can do that too.
    """

    ledger: LedgerUnderTest
    model: LedgerModel = field(factory=LedgerModel)
    touched: tuple[Blanks, ...] = ()
    was_taken: bool = True
    papers: int = 0

    with_placeholders: KnowsPlaceholders | None = field(init=False)
    with_papers: KnowsPapers | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.with_placeholders = self.ledger if isinstance(self.ledger, KnowsPlaceholders) else None
        self.with_papers = self.ledger if isinstance(self.ledger, KnowsPapers) else None

    def judge(
        self,
        answer: bool,
        expected: bool,
        named: Iterable[Blanks],
        then: Callable[[], None],
        check: NamedCheck | None = None,
    ) -> None:
        """Compare an answer with what the model expects of it, and let the model follow.

        Args:
            answer: what the ledger said.
            expected: what the model says it must say.
            named: the blanks to look at after it.
            then: what the model does if it was taken.
            check: the check an answer other than expected breaks, if it is not one of the first two.
        """
        self.touched = tuple(one for one in named if is_sound(one))
        self.was_taken = expected
        if expected:
            must(answer, check or WHAT_FITS_IS_TAKEN, "it was refused")
            then()
        else:
            must(not answer, check or WHAT_DOES_NOT_FIT_IS_REFUSED, "it was taken")


def look(world: LedgerWorld) -> None:
    """The blanks that were named, their neighbours, and the counts of the places they are in."""
    named = {serial for one in world.touched for serial in one.serials() if one.hi - one.lo < CARTON}
    near = {serial for one in world.touched for serial in world.model.around(one)}
    for serial in sorted(named | near):
        _same_blank(world, serial, is_named=serial in named)
    counts = world.model.counts()
    for place in {blank.place for serial in near if (blank := world.model.blanks.get(serial))}:
        _same_count(world, place, counts.get(place, 0))


def audit(world: LedgerWorld) -> None:
    """Every blank that ever was in the book or behind its end, and every count of the small country."""
    known = set(world.model.blanks) | set(world.model.gone)
    beyond = {(series, world.model.unknown_number(series, 1)) for series in SERIES}
    for serial in sorted(known | beyond):
        _same_blank(world, serial, is_named=False)
    counts = world.model.counts()
    places = [Place(party, bucket, one) for party in PARTIES for bucket in BUCKETS for one in CLASSES]
    held = sum(world.ledger.count(place) for place in places)
    expected = world.model.taken_in - world.model.given_out
    must(held == expected, HELD_IS_IN_LESS_OUT, f"{held} blanks are counted, {expected} are in the book")
    for place in places:
        _same_count(world, place, counts.get(place, 0))


def _same_blank(world: LedgerWorld, serial: Serial, *, is_named: bool) -> None:
    mine, theirs = world.model.blanks.get(serial), world.ledger.place_of(*serial)
    name = f"{serial[0]} {serial[1]}"
    here, there = mine.place.spot if mine else None, theirs.spot if theirs else None
    if here != there:
        changed = A_BLANK_IS_WHERE_IT_WAS_PUT if is_named else WHAT_WAS_NOT_NAMED_STAYS
        must(False, changed if world.was_taken else A_REFUSAL_CHANGES_NOTHING, f"{name} is at {there}, not {here}")
    if mine is None or theirs is None:
        return
    must(theirs.blank_class == mine.place.blank_class, A_CLASS_IS_KEPT, f"{name} is {theirs.blank_class} now")
    ledger = world.with_placeholders
    if ledger:
        is_assumed = ledger.is_assumed(*serial)
        must(is_assumed == mine.is_assumed, PLACEHOLDERS_STAY, f"{name} is {'not ' if mine.is_assumed else ''}a fact")


def _same_count(world: LedgerWorld, place: Place, expected: int) -> None:
    found = world.ledger.count(place)
    must(found == expected, COUNTS_ARE_THE_BLANKS, f"{found} counted at {place}, {expected} are there")

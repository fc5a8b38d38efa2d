"""What a party and its stations have (persediaan kantor): blanks by place and class, straight from the tallies.

A party's book is its own store and its stations together. Blanks on the road *to* it are not
its own yet; those on the road to one of its stations are. The cost is a few rows a station.
"""

from collections import Counter
from collections.abc import Iterator

from ektp_core.flow.office_events import Balance
from ektp_core.flow.pile_sums import found_runs
from ektp_core.flow.rows import Station, Tally
from ektp_core.flow.view import View
from ektp_core.ledger.count import PILE_OF, Pile
from ektp_core.vocabulary.bucket import IN_TRANSIT, Bucket
from ektp_core.vocabulary.party import PartyId, PartyKind, is_station

_STATIONS_MAX = 99


def is_own(party: str, bucket: Bucket) -> bool:
    """Whether a place belongs to the party's own book already: not while it is on the road to it."""
    return is_station(party) or bucket not in IN_TRANSIT


def members(view: View, party: str) -> Iterator[str]:
    """The party, and the stations whose home store it is."""
    yield party
    found = PartyId(party)
    if found.kind is PartyKind.OFFICE:
        names = (f"station/{found.region}/{number}" for number in range(1, _STATIONS_MAX + 1))
        yield from (name for name in names if view.row(Station, name))


def balance_of(view: View, party: str) -> Balance:
    """Everything in the party's book now, by bucket and class, in that order."""
    found: Counter[tuple[int, str]] = Counter()
    for member in members(view, party):
        for tally in view.rows(Tally, member):
            if is_own(member, tally.bucket):
                found[int(tally.bucket), tally.blank_class] += tally.count
    return tuple((bucket, blank_class, count) for (bucket, blank_class), count in sorted(found.items()))


def piles_of(view: View, member: str) -> Counter[tuple[Pile, str]]:
    """What a count of one holder should find now, by pile and class; old cards are another book."""
    found: Counter[tuple[Pile, str]] = Counter()
    for tally in view.rows(Tally, member):
        pile = PILE_OF.get(tally.bucket)
        if pile:
            found[pile, tally.blank_class] += tally.count
        if tally.bucket is Bucket.FOUND_HELD:  # held apart in the book, it lies where it was found
            for where in Pile:
                found[where, tally.blank_class] += sum(map(len, found_runs(view, member, where, tally.blank_class)))
    return found


def usable_blanks(view: View, office: str) -> int:
    """Blanks the office could print on today: in its store or at a station, of any class."""
    return sum(tally.count for member in members(view, office) for tally in view.rows(Tally, member, Bucket.STOCK))

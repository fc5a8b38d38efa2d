"""Destruction of waste, void and old cards (pemusnahan): who may destroy how, and the monthly roll-up.

Rule 26: how and where cards are destroyed is dated policy, kept here as one table; it is never
a branch. Until the circular 470.13/11176/SJ of 13 December 2018 offices sent their waste
upward and the centre cut and burned it; from that day every office burns its own.

>>> in_force("2018-12-12").methods, in_force("2018-12-12").by
((<Method.CUT_AND_BURN: 3>,), frozenset({<PartyKind.CENTRE: 'centre'>}))
>>> in_force("2018-12-13").allows(PartyKind.OFFICE, Method.BURN)
True
"""

from collections.abc import Iterable, Sequence

from attrs import frozen

from ektp_core.vocabulary.destruction_method import Method
from ektp_core.vocabulary.party import PartyId, PartyKind


@frozen
class Rule:
    """From this day on these parties destroy by these methods, before so many outside witnesses."""

    valid_from: str
    methods: tuple[Method, ...]
    by: frozenset[PartyKind]
    witnesses: int = 1

    def allows(self, kind: PartyKind, method: Method) -> bool:
        """Whether a party of this kind may destroy so."""
        return kind in self.by and method in self.methods


#: In order of their dates; the last that has begun is in force.
RULES: tuple[Rule, ...] = (
    Rule("0001-01-01", (Method.CUT_AND_BURN,), frozenset({PartyKind.CENTRE})),
    Rule("2018-12-13", (Method.BURN,), frozenset({PartyKind.CENTRE, PartyKind.PROVINCE, PartyKind.OFFICE})),
)


def in_force(date: str, rules: Sequence[Rule] = RULES) -> Rule:
    """The rule in force on a day (ISO text); the table begins before any day."""
    begun = [rule for rule in rules if rule.valid_from <= date]
    return begun[-1] if begun else rules[0]


@frozen
class Destroyed:
    """How many cards were destroyed, each kind in its own column; it adds up."""

    waste: int = 0
    void: int = 0
    old_cards: int = 0

    def __add__(self, other: "Destroyed") -> "Destroyed":
        return Destroyed(self.waste + other.waste, self.void + other.void, self.old_cards + other.old_cards)


@frozen
class Minutes:
    """One destruction as its minutes state it; `month` (`2019-01`): the one it is posted in."""

    party: str
    month: str
    destroyed: Destroyed


@frozen
class RollUp:
    """A month's destructions: by party, by province (its offices and itself), and all together."""

    month: str
    parties: tuple[tuple[str, Destroyed], ...]
    provinces: tuple[tuple[str, Destroyed], ...]
    whole: Destroyed


def roll_up(month: str, minutes: Iterable[Minutes]) -> RollUp:
    """Add up the minutes of a month (`2019-01`); those of other months are left out.

    >>> two = [Minutes(f"office/52.0{n}", "2019-01", Destroyed(waste=n, old_cards=60)) for n in (1, 3)]
    >>> roll_up("2019-01", two).provinces
    (('province/52', Destroyed(waste=4, void=0, old_cards=120)),)
    """
    parties: dict[str, Destroyed] = {}
    provinces: dict[str, Destroyed] = {}
    whole = Destroyed()
    for one in minutes:
        if one.month != month:
            continue
        region = PartyId(one.party).region
        parties[one.party] = parties.get(one.party, Destroyed()) + one.destroyed
        if region:
            province = f"province/{region[:2]}"
            provinces[province] = provinces.get(province, Destroyed()) + one.destroyed
        whole = whole + one.destroyed
    return RollUp(month, tuple(sorted(parties.items())), tuple(sorted(provinces.items())), whole)

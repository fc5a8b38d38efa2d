"""Every rule that can bound a grant (aturan pembatas), with its sentence for the office.

A grant names the one rule that bound it and what each other rule would have given. The sentences
are message ids with named places for facts; `Grant.facts` fills them. The order of the members is
the order in which equal limits are blamed: an office that gets all it asked for hears that, and
not that its printers happen to make the same number. Rules 27, 28 and 8.

>>> Rule.CAPACITY.text.format(office="office/36.03", capacity=20_000, stock=0, in_transit=0)
'office/36.03 can print 20000 a month and has 0; 0 are on the road.'
"""

from enum import Enum


class Rule(Enum):
    """A rule that can bound a grant: its code, its name for people, its sentence."""

    label: str
    text: str

    def __new__(cls, code: str, label: str, text: str) -> "Rule":
        """A member from its code; label and text are message ids."""
        member = object.__new__(cls)
        member._value_ = code
        member.label = label
        member.text = text
        return member

    CLASS = (
        "CLASS",
        "class of blank",
        "There are no blanks of class {blank_class} to grant.",
    )
    NOT_ASKED = (
        "NOT_ASKED",
        "no request",
        "{office} has not asked; blanks nobody asked for are sent only by a signed push.",
    )
    REQUEST = (
        "REQUEST",
        "request",
        "{office} asked for {requested} and gets all of it.",
    )
    REPORT_MISSING = (
        "REPORT_MISSING",
        "report",
        "The last allotment of {office} has no accepted report as at a day within the last {report_days} days.",
    )
    NOT_USED_UP = (
        "NOT_USED_UP",
        "not used up",
        "{office} still has {remaining} of its last allotment, which must be used up first.",
    )
    ABOVE_THRESHOLD = (
        "ABOVE_THRESHOLD",
        "threshold",
        "{office} has {stock} and {in_transit} are on the road; the next is due below {threshold}.",
    )
    NOT_NEARLY_EMPTY = (
        "NOT_NEARLY_EMPTY",
        "not nearly empty",
        "{office} has blanks for {cover_days} days; the next is due at {before_empty_days} days.",
    )
    TOO_SOON = (
        "TOO_SOON",
        "too soon",
        "{office} had a grant {grant_age} days ago; the next is due after {interval} days.",
    )
    NEED = (
        "NEED",
        "need",
        "{office} needs {need}: of {backlog} people waiting and {used} blanks used in {target_days} days "
        "the greater counts; it has {stock} and {in_transit} are on the road.",
    )
    CAPACITY = (
        "CAPACITY",
        "capacity",
        "{office} can print {capacity} a month and has {stock}; {in_transit} are on the road.",
    )
    QUOTA = (
        "QUOTA",
        "quota",
        "No office gets more than the quota of {quota} at a time.",
    )
    COVER = (
        "COVER",
        "most days of use",
        "{office} uses {rate} a month and may hold blanks for {max_days} days; "
        "it has {stock} and {in_transit} are on the road.",
    )
    LOT = (
        "LOT",
        "whole lots",
        "{office} would get {before}, rounded down to whole lots of {lot}.",
    )
    MINIMUM = (
        "MINIMUM",
        "smallest grant",
        "{office} would get {before}, which is less than the smallest grant of {minimum}.",
    )
    RESERVE = (
        "RESERVE",
        "reserve",
        "{wanted} are wanted and {available} may be granted: the reserve of {reserve} is kept back.",
    )
    SHORTAGE = (
        "SHORTAGE",
        "shortage",
        "{available} may be granted and {wanted} are wanted: they are shared.",
    )
    PUSH = (
        "PUSH",
        "signed push",
        "{push} are sent to {office} by a signed push.",
    )


#: Rules that say "not now" (rule 27): only a signed exception passes them.
WAITS = (Rule.REPORT_MISSING, Rule.NOT_USED_UP, Rule.ABOVE_THRESHOLD, Rule.NOT_NEARLY_EMPTY, Rule.TOO_SOON)

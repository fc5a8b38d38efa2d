"""Who may ask for what (wewenang), as one table: roles of rule 39, two people where rule 25 and its kin say so."""

from collections.abc import Mapping
from enum import Enum

from ektp_core.flow.signers import Permit
from ektp_core.vocabulary.role import Hand, Role


class Act(Enum):
    """What the permits table knows; each request names its act."""

    REGISTER = "register a party, officer, key, station or policy"
    TAKE_SUPPLY = "take a supplier's delivery into the book"
    GRANT = "grant an allotment"
    DISPATCH = "send a consignment"
    RECEIVE = "count a consignment in"
    ISSUE = "issue blanks from the office's store to a station"
    REVERSE = "reverse a movement"
    ENTER = "bring in a print-ready record"
    AUTHORISE = "authorise a print"
    WITHDRAW = "withdraw or call back a record"
    SETTLE = "close a suspect"
    FAIL_CARD = "declare a printed card failed"
    VOID = "void a good card"
    REPORT = "file a spoilage report"
    UNLOCK = "unlock a reported record"
    STATION_WORK = "a station's own steps"
    JUDGE = "judge a card by looking at it"


_CENTRE = frozenset({Role.CENTRE_VERIFIER, Role.CENTRE_STORE})
_OFFICE = frozenset({Role.STOREKEEPER, Role.PRINT_OPERATOR, Role.CHECKER, Role.SECTION_HEAD, Role.HEAD})
_CLOSERS = _CENTRE | {Role.CHECKER, Role.SECTION_HEAD, Role.HEAD}

PERMITS: Mapping[Act, Permit] = {
    Act.REGISTER: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2),
    Act.TAKE_SUPPLY: Permit(frozenset({Role.CENTRE_STORE})),
    Act.GRANT: Permit(frozenset({Role.CENTRE_VERIFIER})),
    Act.DISPATCH: Permit(frozenset({Role.CENTRE_STORE})),
    Act.RECEIVE: Permit(_OFFICE | _CENTRE, people=2),
    Act.ISSUE: Permit(frozenset({Role.STOREKEEPER})),
    Act.REVERSE: Permit(frozenset({Role.CENTRE_STORE, Role.CENTRE_VERIFIER}), people=2),
    Act.ENTER: Permit(frozenset({Role.COUNTER, Role.PRINT_OPERATOR}), frozenset({Hand.REGISTRY})),
    Act.AUTHORISE: Permit(frozenset({Role.CENTRE_VERIFIER}), frozenset({Hand.HUB})),
    Act.WITHDRAW: Permit(frozenset({Role.CENTRE_VERIFIER, Role.SECTION_HEAD}), frozenset({Hand.REGISTRY})),
    Act.SETTLE: Permit(_CLOSERS, people=2, two_units=True),
    Act.FAIL_CARD: Permit(frozenset({Role.PRINT_OPERATOR, Role.HANDOVER, Role.SECTION_HEAD})),
    Act.VOID: Permit(_CLOSERS, people=2, two_units=True),
    Act.REPORT: Permit(frozenset({Role.STOREKEEPER, Role.PRINT_OPERATOR, Role.SECTION_HEAD, Role.HEAD})),
    Act.UNLOCK: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2, two_units=True),
    Act.STATION_WORK: Permit(hands=frozenset({Hand.STATION})),
    Act.JUDGE: Permit(frozenset({Role.PRINT_OPERATOR, Role.SECTION_HEAD})),
}

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
    GRANT_SIGNED = "push an allotment, or grant it by an exception"
    REQUEST_BLANKS = "ask the centre for blanks"
    REGISTER_PRINTERS = "register an office's printers"
    SET_CAPACITY = "set what an office prints in a month"
    SET_ALLOTMENT_POLICY = "set a policy of allotment"
    LIFT_RECORD = "move a waiting person to the front"
    DISPATCH = "send a consignment"
    RECEIVE = "count a consignment in"
    ISSUE = "issue blanks from the office's store to a station"
    REVERSE = "reverse a movement"
    ENTER = "bring in a print-ready record"
    AUTHORISE = "authorise a print"
    WITHDRAW = "withdraw or call back a record"
    SETTLE = "close a suspect"
    SETTLE_SHOWN = "close as good a suspect whose chip an enrolled reader read"
    ADD_EVIDENCE = "show more of a card in doubt"
    BEGIN_COUNT = "begin or give up the count of a station"
    REOPEN_DAY = "open the closed day of a station again"
    BOOK_VARIANCE = "book what a station's count differs by"
    FAIL_CARD = "declare a printed card failed"
    VOID = "void a good card"
    REPORT = "file a spoilage report"
    UNLOCK = "unlock a reported record"
    STATION_WORK = "a station's own steps"
    MOVE_STATION = "pack a station's book, to go on elsewhere"
    JUDGE = "judge a card by looking at it"
    CARE_FOR_PRINTER = "order a test card, or note that a printer was cleaned"
    CLOSE_PERIOD = "close a month"
    FILE_DAILY = "file a daily report"
    KEEP_SUKET = "keep the register of interim letters"
    NOTE_COMPLAINT = "note that an office was found empty"
    ANSWER_COMPLAINT = "answer a complaint"
    OPEN_BALANCE = "open a party's book with a count"
    DECLARE_USE = "declare blanks used by count"
    REIDENTIFY = "put serials that were read in place of a count"
    COUNT = "count the piles of a party"
    FIND = "take in what was found"
    CLOSE_FOUND = "say what became of what was found"
    CLOSE_FOUND_USABLE = "take found blanks into use"
    OPEN_IMPORTED = "open a record locked since the old system"
    SEE_CARD = "note that the card of the old system was seen"
    ADJUDICATE = "judge a double recording"
    HAND_OVER = "hand a card over"
    ACTIVATE = "activate a card"
    EXCEPT = "activate a card in spite of the finger"
    LIST_CARDS = "make a list of cards, or bring one back"
    OPEN_BATCH = "open a batch without its missing members"
    DISPUTE_SILENT = "stop the permissions of a silent station"
    DECLARE_STATION_LOST = "declare a station lost"
    COUNT_LOST_SITE = "count what a lost station left"
    CLOSE_LOST_STATION = "close what a lost station held"
    RELEASE = "give back an authorisation by telephone"
    RE_ENROL = "let a station go on under a new key"
    SEND = "send blanks or cards on"
    SEND_SIGNED = "send an office blanks of a province by an exception"
    GIVE_BACK = "give blanks back from a station"
    TAKE_BACK = "take cards back from a station"
    AGREE_LOAN = "order or agree a loan"
    FORGIVE_LOAN = "forgive a loan"
    HOLD_FOR_INQUIRY = "hold blanks or cards for an inquiry"
    LIFT_INQUIRY = "lift an inquiry"
    DESTROY = "destroy waste, void and old cards"
    TAKE_OLD_CARD = "take an old card"
    PAUSE_PRINTER = "pause a printer, or let it go on"
    CANCEL_CARD = "give back an authorisation that was not begun"
    CHOOSE_BATCH = "print one batch before all others"
    PROPOSE = "propose people to be printed first"
    ANSWER_PROPOSAL = "answer a proposal line by line"
    ASK_WHY = "ask why a card can or cannot be printed"
    TAKE_PAPERS = "take a person's papers at the counter"


_CENTRE = frozenset({Role.CENTRE_VERIFIER, Role.CENTRE_STORE})
_OFFICE = frozenset({Role.STOREKEEPER, Role.PRINT_OPERATOR, Role.CHECKER, Role.SECTION_HEAD, Role.HEAD})
_COUNTERS = _OFFICE | _CENTRE | {Role.PROVINCE}
_CLOSERS = _CENTRE | {Role.CHECKER, Role.SECTION_HEAD, Role.HEAD}

PERMITS: Mapping[Act, Permit] = {
    Act.REGISTER: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2),
    Act.TAKE_SUPPLY: Permit(frozenset({Role.CENTRE_STORE})),
    Act.GRANT: Permit(frozenset({Role.CENTRE_VERIFIER})),
    Act.GRANT_SIGNED: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2),
    Act.REQUEST_BLANKS: Permit(frozenset({Role.STOREKEEPER, Role.SECTION_HEAD, Role.HEAD, Role.PROVINCE})),
    Act.REGISTER_PRINTERS: Permit(frozenset({Role.SECTION_HEAD, Role.HEAD, Role.CENTRE_VERIFIER})),
    Act.SET_CAPACITY: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2),
    Act.SET_ALLOTMENT_POLICY: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2),
    Act.LIFT_RECORD: Permit(frozenset({Role.SECTION_HEAD})),
    Act.DISPATCH: Permit(frozenset({Role.CENTRE_STORE})),
    Act.RECEIVE: Permit(_OFFICE | _CENTRE | {Role.PROVINCE}, people=2),
    Act.SEND_SIGNED: Permit(frozenset({Role.PROVINCE, Role.CENTRE_VERIFIER}), people=2, two_units=True),
    Act.SEND: Permit(frozenset({Role.STOREKEEPER, Role.PROVINCE, Role.CENTRE_STORE})),
    Act.GIVE_BACK: Permit(frozenset({Role.PRINT_OPERATOR, Role.STOREKEEPER, Role.SECTION_HEAD})),
    Act.TAKE_BACK: Permit(_OFFICE | _CENTRE, people=2),
    Act.AGREE_LOAN: Permit(frozenset({Role.PROVINCE, Role.CENTRE_VERIFIER})),
    Act.FORGIVE_LOAN: Permit(frozenset({Role.HEAD, Role.PROVINCE, Role.CENTRE_VERIFIER})),
    Act.HOLD_FOR_INQUIRY: Permit(frozenset({Role.HEAD, Role.PROVINCE, Role.CENTRE_VERIFIER})),
    Act.LIFT_INQUIRY: Permit(frozenset({Role.HEAD, Role.CENTRE_VERIFIER}), people=2, two_units=True),
    Act.DESTROY: Permit(_OFFICE | _CENTRE | {Role.PROVINCE}, people=2),
    Act.TAKE_OLD_CARD: Permit(frozenset({Role.COUNTER, Role.HANDOVER, Role.STOREKEEPER, Role.SECTION_HEAD})),
    Act.PAUSE_PRINTER: Permit(frozenset({Role.PRINT_OPERATOR, Role.SECTION_HEAD})),
    Act.CANCEL_CARD: Permit(frozenset({Role.PRINT_OPERATOR, Role.SECTION_HEAD})),
    Act.CHOOSE_BATCH: Permit(frozenset({Role.PRINT_OPERATOR, Role.SECTION_HEAD, Role.HEAD})),
    Act.PROPOSE: Permit(frozenset({Role.DISTRICT, Role.VILLAGE, Role.COUNTER})),
    Act.ANSWER_PROPOSAL: Permit(frozenset({Role.SECTION_HEAD})),
    Act.ASK_WHY: Permit(frozenset(Role) - {Role.IT_ADMIN, Role.PROVINCE}, frozenset({Hand.STATION})),
    Act.TAKE_PAPERS: Permit(frozenset({Role.COUNTER, Role.PRINT_OPERATOR, Role.SECTION_HEAD})),
    Act.ISSUE: Permit(frozenset({Role.STOREKEEPER})),
    Act.REVERSE: Permit(frozenset({Role.CENTRE_STORE, Role.CENTRE_VERIFIER}), people=2),
    Act.ENTER: Permit(frozenset({Role.COUNTER, Role.PRINT_OPERATOR}), frozenset({Hand.REGISTRY})),
    Act.AUTHORISE: Permit(frozenset({Role.CENTRE_VERIFIER}), frozenset({Hand.HUB})),
    Act.WITHDRAW: Permit(frozenset({Role.CENTRE_VERIFIER, Role.SECTION_HEAD}), frozenset({Hand.REGISTRY})),
    Act.SETTLE: Permit(_CLOSERS, people=2, two_units=True),
    Act.SETTLE_SHOWN: Permit(_CLOSERS),
    Act.ADD_EVIDENCE: Permit(
        frozenset({Role.PRINT_OPERATOR, Role.STOREKEEPER, Role.CHECKER, Role.SECTION_HEAD}), frozenset({Hand.STATION})
    ),
    Act.BEGIN_COUNT: Permit(_COUNTERS),
    Act.REOPEN_DAY: Permit(_COUNTERS, people=2),
    Act.BOOK_VARIANCE: Permit(hands=frozenset({Hand.HUB})),
    Act.FAIL_CARD: Permit(frozenset({Role.PRINT_OPERATOR, Role.HANDOVER, Role.SECTION_HEAD})),
    Act.VOID: Permit(_CLOSERS, people=2, two_units=True),
    Act.REPORT: Permit(frozenset({Role.STOREKEEPER, Role.PRINT_OPERATOR, Role.SECTION_HEAD, Role.HEAD})),
    Act.UNLOCK: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2, two_units=True),
    Act.STATION_WORK: Permit(hands=frozenset({Hand.STATION})),
    Act.MOVE_STATION: Permit(frozenset({Role.PRINT_OPERATOR, Role.STOREKEEPER, Role.SECTION_HEAD, Role.HEAD})),
    Act.DISPUTE_SILENT: Permit(frozenset({Role.CENTRE_VERIFIER}), frozenset({Hand.HUB})),
    Act.DECLARE_STATION_LOST: Permit(frozenset({Role.CENTRE_VERIFIER, Role.CENTRE_STORE}), people=2),
    Act.COUNT_LOST_SITE: Permit(_CLOSERS, people=2, two_units=True),
    Act.CLOSE_LOST_STATION: Permit(_CENTRE, people=2, two_units=True),
    Act.RE_ENROL: Permit(_CENTRE, people=2, two_units=True),
    Act.RELEASE: Permit(frozenset({Role.CENTRE_VERIFIER})),
    Act.OPEN_IMPORTED: Permit(frozenset({Role.CENTRE_VERIFIER}), people=2, two_units=True),
    Act.SEE_CARD: Permit(
        frozenset({Role.COUNTER, Role.HANDOVER, Role.CHECKER, Role.SECTION_HEAD, Role.CENTRE_VERIFIER})
    ),
    Act.ADJUDICATE: Permit(frozenset({Role.CENTRE_VERIFIER})),
    Act.HAND_OVER: Permit(frozenset({Role.HANDOVER, Role.DISTRICT, Role.VILLAGE})),
    Act.ACTIVATE: Permit(frozenset({Role.PRINT_OPERATOR, Role.HANDOVER, Role.SECTION_HEAD})),
    Act.EXCEPT: Permit(frozenset({Role.SECTION_HEAD})),
    Act.LIST_CARDS: Permit(frozenset({Role.HANDOVER, Role.SECTION_HEAD, Role.HEAD})),
    Act.OPEN_BATCH: Permit(frozenset({Role.SECTION_HEAD, Role.HEAD})),
    Act.OPEN_BALANCE: Permit(_COUNTERS, people=2),
    Act.DECLARE_USE: Permit(_COUNTERS, people=2),
    Act.REIDENTIFY: Permit(_COUNTERS, people=2),
    Act.COUNT: Permit(_COUNTERS, people=2),
    Act.FIND: Permit(_COUNTERS, people=2),
    Act.CLOSE_FOUND: Permit(_CLOSERS | {Role.PROVINCE}, people=2, two_units=True),
    Act.CLOSE_FOUND_USABLE: Permit(_CENTRE, people=2, two_units=True),
    Act.CLOSE_PERIOD: Permit(_OFFICE | _CENTRE | {Role.PROVINCE}, people=2),
    Act.FILE_DAILY: Permit(_OFFICE | {Role.COUNTER, Role.CENTRE_VERIFIER}),
    Act.KEEP_SUKET: Permit(frozenset({Role.COUNTER, Role.SECTION_HEAD, Role.HEAD})),
    Act.NOTE_COMPLAINT: Permit(
        frozenset({Role.COUNTER, Role.SECTION_HEAD, Role.HEAD, Role.PROVINCE, Role.CENTRE_VERIFIER})
    ),
    Act.ANSWER_COMPLAINT: Permit(frozenset({Role.SECTION_HEAD, Role.HEAD})),
    Act.JUDGE: Permit(frozenset({Role.PRINT_OPERATOR, Role.SECTION_HEAD})),
    Act.CARE_FOR_PRINTER: Permit(frozenset({Role.PRINT_OPERATOR, Role.SECTION_HEAD})),
}

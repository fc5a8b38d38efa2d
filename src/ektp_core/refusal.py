"""The closed list of refusals (daftar penolakan), in order of precedence.

A refusal is a value that crosses the wire as its code and facts; its two sentences, what is
wrong and what to do, stand in `ektp_core.refusal_texts` and are message ids of the catalogue.
Adding a member means adding its sentences, their translation, its page entry and a test that
provokes it; the tests demand all of them.
"""

from collections.abc import Mapping
from enum import Enum

from ektp_core.refusal_texts import (
    about_allotment,
    about_book,
    about_cards,
    about_chain,
    about_counts,
    about_files,
    about_lock,
    about_message,
    about_people,
    about_report,
    about_things,
    about_values,
)

_TEXTS: Mapping[str, tuple[str, str]] = {
    **about_book.TEXTS,
    **about_message.TEXTS,
    **about_chain.TEXTS,
    **about_values.TEXTS,
    **about_people.TEXTS,
    **about_things.TEXTS,
    **about_counts.TEXTS,
    **about_lock.TEXTS,
    **about_cards.TEXTS,
    **about_report.TEXTS,
    **about_allotment.TEXTS,
    **about_files.TEXTS,
}


class Refusal(Enum):
    """Every reason to say no, in order of precedence: the first that applies is given.

    Each member holds whether asking again later may succeed (`transient`), what is wrong, and
    what to do. The texts are gettext message ids with named places for facts.
    """

    transient: bool
    what: str
    remedy: str

    def __new__(cls, code: str, transient: bool) -> "Refusal":
        """A member from its code; its sentences are looked up."""
        member = object.__new__(cls)
        member._value_ = code
        member.transient = transient
        member.what, member.remedy = _TEXTS[code]
        return member

    # the book itself
    BOOK_TOO_OLD_ENGINE = "BOOK_TOO_OLD_ENGINE", False
    BOOK_NEWER = "BOOK_NEWER", False
    BOOK_IN_USE = "BOOK_IN_USE", False
    BOOK_DAMAGED = "BOOK_DAMAGED", False
    BOOK_FULL = "BOOK_FULL", True
    BOOK_UNSURE = "BOOK_UNSURE", True
    BOOK_MOVED = "BOOK_MOVED", False
    # the message
    OVERSIZED = "OVERSIZED", False
    MALFORMED = "MALFORMED", False
    BAD_SIGNATURE = "BAD_SIGNATURE", False
    UNKNOWN_KEY = "UNKNOWN_KEY", False
    REVOKED_KEY = "REVOKED_KEY", False
    WRONG_ADDRESSEE = "WRONG_ADDRESSEE", False
    STALE = "STALE", False
    ID_REUSED = "ID_REUSED", False
    # the station's chain and feed
    CHAIN_GAP = "CHAIN_GAP", True
    CHAIN_FORK = "CHAIN_FORK", False
    FEED_GAP = "FEED_GAP", True
    FEED_FORK = "FEED_FORK", False
    ROLLED_BACK = "ROLLED_BACK", False
    # what the words say
    BAD_NIK = "BAD_NIK", False
    BAD_VALUE = "BAD_VALUE", False
    UNKNOWN_REGION = "UNKNOWN_REGION", False
    # who asks
    NOT_ALLOWED = "NOT_ALLOWED", False
    NEEDS_PEOPLE = "NEEDS_PEOPLE", False
    REPORTER_SIGNED = "REPORTER_SIGNED", False
    SAME_UNIT = "SAME_UNIT", False
    # what it is about
    ALREADY_KNOWN = "ALREADY_KNOWN", False
    UNKNOWN_PARTY = "UNKNOWN_PARTY", False
    UNKNOWN_STATION = "UNKNOWN_STATION", False
    STATION_FROZEN = "STATION_FROZEN", False
    CLASS_UNFIT = "CLASS_UNFIT", False
    UNKNOWN_ALLOTMENT = "UNKNOWN_ALLOTMENT", False
    UNKNOWN_CONSIGNMENT = "UNKNOWN_CONSIGNMENT", False
    COUNT_DIFFERS = "COUNT_DIFFERS", False
    SERIAL_KNOWN = "SERIAL_KNOWN", False
    SERIALS_OVERLAP = "SERIALS_OVERLAP", False
    NOT_HELD = "NOT_HELD", False
    TOO_FEW = "TOO_FEW", True
    CANNOT_REVERSE = "CANNOT_REVERSE", False
    MONTH_DIFFERS = "MONTH_DIFFERS", False
    BEGUN_ONCE = "BEGUN_ONCE", False
    WRONG_CODE = "WRONG_CODE", False
    CODES_SPENT = "CODES_SPENT", True
    STATION_IS_LOST = "STATION_IS_LOST", False
    STATION_NOT_LOST = "STATION_NOT_LOST", False
    NOT_SILENT = "NOT_SILENT", True
    LEASES_SPENT = "LEASES_SPENT", True
    # counting and finding
    BOOK_BEGUN = "BOOK_BEGUN", False
    COUNT_UNEXPLAINED = "COUNT_UNEXPLAINED", False
    SERIALS_NEEDED = "SERIALS_NEEDED", False
    HELD_ELSEWHERE = "HELD_ELSEWHERE", False
    WAS_FED = "WAS_FED", False
    STOP_LISTED = "STOP_LISTED", False
    HELD_BY_RECORD = "HELD_BY_RECORD", False
    STATION_NOT_TOLD = "STATION_NOT_TOLD", True
    UNKNOWN_LOAN = "UNKNOWN_LOAN", False
    UNKNOWN_INQUIRY = "UNKNOWN_INQUIRY", False
    UNDER_INQUIRY = "UNDER_INQUIRY", False
    WASTE_NOT_REPORTED = "WASTE_NOT_REPORTED", True
    # allotment
    UNKNOWN_CLASS = "UNKNOWN_CLASS", False
    UNKNOWN_REQUEST = "UNKNOWN_REQUEST", False
    POLICIES_OVERLAP = "POLICIES_OVERLAP", False
    ALLOTMENT_UNREPORTED = "ALLOTMENT_UNREPORTED", True
    NEXT_NOT_DUE = "NEXT_NOT_DUE", True
    ABOVE_CAPACITY = "ABOVE_CAPACITY", True
    ABOVE_LIMIT = "ABOVE_LIMIT", False
    # record and lock
    UNKNOWN_RECORD = "UNKNOWN_RECORD", False
    PAYLOAD_ERASED = "PAYLOAD_ERASED", False
    PERSON_HAS_OPEN_RECORD = "PERSON_HAS_OPEN_RECORD", False
    OPEN_ELSEWHERE = "OPEN_ELSEWHERE", True
    NOT_HOME_OFFICE = "NOT_HOME_OFFICE", False
    PAPERS_MISSING = "PAPERS_MISSING", False
    PREVIOUS_CARD_OPEN = "PREVIOUS_CARD_OPEN", False
    SIGNER_NOT_REGISTRY = "SIGNER_NOT_REGISTRY", False
    NO_SUCH_STEP = "NO_SUCH_STEP", False
    STALE_ATTEMPT = "STALE_ATTEMPT", False
    NO_BLANK = "NO_BLANK", True
    STILL_LEASED = "STILL_LEASED", False
    SOURCE_STALE = "SOURCE_STALE", True
    LEASE_OVER = "LEASE_OVER", False
    RECALLED = "RECALLED", False
    NOT_BOTH_SIGNED = "NOT_BOTH_SIGNED", False
    PRINTER_CLOSED = "PRINTER_CLOSED", False
    COUNTER_UNEXPLAINED = "COUNTER_UNEXPLAINED", False
    CANNOT_RECOVER = "CANNOT_RECOVER", True
    TRIES_SPENT = "TRIES_SPENT", False
    CERTAINTY_TOO_LOW = "CERTAINTY_TOO_LOW", False
    UID_KNOWN = "UID_KNOWN", False
    FOREIGN_BLANK = "FOREIGN_BLANK", False
    # finished cards and holds
    ON_HOLD = "ON_HOLD", False
    NEEDS_REGISTRY = "NEEDS_REGISTRY", False
    CARD_STOPPED = "CARD_STOPPED", False
    UNKNOWN_LIST = "UNKNOWN_LIST", False
    LIST_DIFFERS = "LIST_DIFFERS", False
    # report and unlock
    STALE_CUT = "STALE_CUT", False
    REPORT_SPANS = "REPORT_SPANS", False
    REPORT_DIFFERS = "REPORT_DIFFERS", False
    NOT_REPORTED = "NOT_REPORTED", False
    UNKNOWN_REPORT = "UNKNOWN_REPORT", False
    OTHER_REPORT = "OTHER_REPORT", False
    # files
    BAD_FILE = "BAD_FILE", False
    NO_ROOM = "NO_ROOM", False
    NOT_REACHED = "NOT_REACHED", True

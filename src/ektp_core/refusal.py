"""The closed list of refusals (daftar penolakan), in order of precedence.

A refusal is a value that crosses the wire as its code and facts; its two sentences, what is
wrong and what to do, are message ids of the catalogue. Adding a member means adding its
translation, its page entry and a test that provokes it; the tests demand all three.
"""

from enum import Enum


class Refusal(Enum):
    """Every reason to say no, in order of precedence: the first that applies is given.

    Each member holds a code, whether asking again later may succeed (`transient`), what is
    wrong, and what to do. The texts are gettext message ids with named places for facts.
    """

    transient: bool
    what: str
    remedy: str

    def __new__(cls, code: str, transient: bool, what: str, remedy: str) -> "Refusal":
        """A member from its four parts."""
        member = object.__new__(cls)
        member._value_ = code
        member.transient = transient
        member.what = what
        member.remedy = remedy
        return member

    # fmt: off
    # -- the book itself --------------------------------------------------------------
    BOOK_TOO_OLD_ENGINE = (
        "BOOK_TOO_OLD_ENGINE", False,
        "This SQLite ({found}) has a known fault that can lose commits; {needed} or newer is needed.",
        "Install the project's own database package and start again.",
    )
    BOOK_NEWER = (
        "BOOK_NEWER", False,
        "This book was written by a newer version (schema {found}, this program knows {known}).",
        "Update this program; do not open the book with an older one.",
    )
    BOOK_IN_USE = (
        "BOOK_IN_USE", False,
        "Another process already keeps this book: {path}.",
        "Stop the other process, or point this one at its own book.",
    )
    BOOK_DAMAGED = (
        "BOOK_DAMAGED", False,
        "The book is damaged at {place}: {found}.",
        "Stop work on this machine, keep the file as evidence and call the centre.",
    )
    BOOK_FULL = (
        "BOOK_FULL", True,
        "The disk that holds the book is full; nothing was written.",
        "Free space on the disk, then start again; no card was lost or started.",
    )
    BOOK_UNSURE = (
        "BOOK_UNSURE", True,
        "The disk did not say whether the last entry was kept.",
        "Start the program again; it reads the book and continues from what is there.",
    )
    # -- the message ------------------------------------------------------------------
    OVERSIZED = (
        "OVERSIZED", False,
        "The message is {size} bytes long; at most {limit} are taken.",
        "Send it in smaller parts.",
    )
    MALFORMED = (
        "MALFORMED", False,
        "The field {field} is not as agreed: expected {expected}, found {shape}.",
        "Correct that field and send the message again.",
    )
    BAD_SIGNATURE = (
        "BAD_SIGNATURE", False,
        "The signature by key {key} does not fit the message.",
        "Sign the message again with the right key; if it was signed, tell the centre.",
    )
    UNKNOWN_KEY = (
        "UNKNOWN_KEY", False,
        "Nobody here knows the key {key}.",
        "Register the key first, or use a registered one.",
    )
    REVOKED_KEY = (
        "REVOKED_KEY", False,
        "The key {key} was withdrawn.",
        "Use the owner's current key.",
    )
    WRONG_ADDRESSEE = (
        "WRONG_ADDRESSEE", False,
        "The message is meant for {meant}, not for {here}.",
        "Send it to the one it is meant for.",
    )
    STALE = (
        "STALE", False,
        "The message is {age_s} seconds old; at most {limit_s} are taken.",
        "Make a new message and send it at once; check the clock of the sender.",
    )
    ID_REUSED = (
        "ID_REUSED", False,
        "The id {id} was used before for something else.",
        "Give each request its own new id.",
    )
    # -- the station's chain and feed -------------------------------------------------
    CHAIN_GAP = (
        "CHAIN_GAP", True,
        "The commits up to {absorbed} are here; {found} does not follow.",
        "Send from commit {next} on.",
    )
    CHAIN_FORK = (
        "CHAIN_FORK", False,
        "Commit {n} of {station} differs from the one taken before: there are two histories.",
        "Stop the station; two people must examine it and enrol it again.",
    )
    FEED_GAP = (
        "FEED_GAP", True,
        "Entries up to {taken} were taken; {found} does not follow.",
        "Ask for the entries from {next} on.",
    )
    FEED_FORK = (
        "FEED_FORK", False,
        "Feed entry {m} was taken before with other content.",
        "Stop the station and call the centre.",
    )
    ROLLED_BACK = (
        "ROLLED_BACK", False,
        "The centre remembers commit {n} of this station, which this book does not hold.",
        "This is an older copy of the book. Stop; two people must examine the station.",
    )
    # -- what the words say -----------------------------------------------------------
    BAD_NIK = (
        "BAD_NIK", False,
        "The NIK in {field} is not valid: {shape}.",
        "A NIK has 16 digits: region, birth date (day + 40 for women), number. Type it again from the family card.",
    )
    BAD_VALUE = (
        "BAD_VALUE", False,
        "The value in {field} cannot be right: {shape}.",
        "Correct the value; expected {expected}.",
    )
    UNKNOWN_REGION = (
        "UNKNOWN_REGION", False,
        "There is no region {region} (field {field}).",
        "Use the region code of the current list.",
    )
    # -- who asks ---------------------------------------------------------------------
    NOT_ALLOWED = (
        "NOT_ALLOWED", False,
        "{who} may not do this; it needs: {needs}.",
        "Ask a person with that role to sign.",
    )
    NEEDS_PEOPLE = (
        "NEEDS_PEOPLE", False,
        "This needs {needs} different people; {found} signed.",
        "Let another person sign the same request.",
    )
    REPORTER_SIGNED = (
        "REPORTER_SIGNED", False,
        "{who} reported or ran this attempt and may not sign here.",
        "Let somebody else of the centre sign.",
    )
    SAME_UNIT = (
        "SAME_UNIT", False,
        "All signers belong to {unit}; one must come from another unit.",
        "Let a person of another unit sign.",
    )
    # -- what it is about -------------------------------------------------------------
    ALREADY_KNOWN = (
        "ALREADY_KNOWN", False,
        "Registered already: {what} {id}.",
        "Nothing to do, or choose another name.",
    )
    UNKNOWN_PARTY = (
        "UNKNOWN_PARTY", False,
        "Nobody named {party} is registered.",
        "Register the office or station first, or correct the name.",
    )
    UNKNOWN_STATION = (
        "UNKNOWN_STATION", False,
        "There is no station {station}.",
        "Enrol the station first, or correct the name.",
    )
    STATION_FROZEN = (
        "STATION_FROZEN", False,
        "Station {station} is stopped: {why}.",
        "Two people of the centre must examine it before it prints again.",
    )
    CLASS_UNFIT = (
        "CLASS_UNFIT", False,
        "Station {station} cannot print blanks of class {blank_class}.",
        "Send these blanks to a station that can print them.",
    )
    UNKNOWN_ALLOTMENT = (
        "UNKNOWN_ALLOTMENT", False,
        "There is no allotment {allotment}.",
        "Correct the allotment's number.",
    )
    UNKNOWN_CONSIGNMENT = (
        "UNKNOWN_CONSIGNMENT", False,
        "There is no open consignment {consignment} for {party}.",
        "Correct the number; a consignment is received once.",
    )
    COUNT_DIFFERS = (
        "COUNT_DIFFERS", False,
        "Consignment {consignment} holds {sent} blanks; the count names {counted} ({difference}).",
        "Count again; every blank of the consignment is found, short or damaged.",
    )
    SERIAL_KNOWN = (
        "SERIAL_KNOWN", False,
        "These blanks are in the book already: {serials}.",
        "Check the manifest; each blank is supplied once.",
    )
    SERIALS_OVERLAP = (
        "SERIALS_OVERLAP", False,
        "These blanks are named twice in one request: {serials}.",
        "Name each blank once.",
    )
    NOT_HELD = (
        "NOT_HELD", False,
        "These blanks are not in {bucket} of {party}: {serials}.",
        "Look up where they are, then correct the request.",
    )
    TOO_FEW = (
        "TOO_FEW", True,
        "{party} has {held} blanks in {bucket}; {asked} are asked.",
        "Ask for fewer, or wait for the next delivery.",
    )
    CANNOT_REVERSE = (
        "CANNOT_REVERSE", False,
        "Movement {seq} cannot be reversed: {why}.",
        "Only a movement of stock whose blanks still lie where it put them is reversed.",
    )
    # -- record and lock --------------------------------------------------------------
    UNKNOWN_RECORD = (
        "UNKNOWN_RECORD", False,
        "There is no record {record}.",
        "Correct the record's number.",
    )
    PAYLOAD_ERASED = (
        "PAYLOAD_ERASED", False,
        "The personal data of record {record} was erased or is not here.",
        "Look at the record's state; without its data the card cannot be printed.",
    )
    PERSON_HAS_OPEN_RECORD = (
        "PERSON_HAS_OPEN_RECORD", False,
        "This person has an open record already: {record}.",
        "Finish or withdraw that record first; a second recording is never printed by itself.",
    )
    PREVIOUS_CARD_OPEN = (
        "PREVIOUS_CARD_OPEN", False,
        "This person's previous card (record {record}) is not closed.",
        "Take the old card back, or note the letter that declares it lost, and say so in the request.",
    )
    SIGNER_NOT_REGISTRY = (
        "SIGNER_NOT_REGISTRY", False,
        "Records must be signed by the registry or by the officer who imports them, not by {who}.",
        "Sign the batch with the importing officer's own key.",
    )
    NO_SUCH_STEP = (
        "NO_SUCH_STEP", False,
        "Record {record} is {state}; this is not possible now: {event}.",
        "What can happen now: {allowed}.",
    )
    STALE_ATTEMPT = (
        "STALE_ATTEMPT", False,
        "Record {record} is at attempt {current}, not {named}.",
        "Look at the record again and correct the request.",
    )
    NO_BLANK = (
        "NO_BLANK", True,
        "Station {station} has no free blank for another card.",
        "Deliver blanks to the station, or wait until its reports arrive.",
    )
    STILL_LEASED = (
        "STILL_LEASED", False,
        "Station {station} may still print record {record}: it has not answered.",
        "Wait for the station's answer, or declare the station lost.",
    )
    SOURCE_STALE = (
        "SOURCE_STALE", True,
        "Record {record} was last checked {age_s} seconds ago; at most {limit_s} are allowed.",
        "Let the registry check the record again.",
    )
    LEASE_OVER = (
        "LEASE_OVER", False,
        "The permission to print record {record} ended at {until}.",
        "Give the permission back; the centre can grant a new one.",
    )
    RECALLED = (
        "RECALLED", False,
        "The centre called record {record} back.",
        "Do not print it; give the permission back.",
    )
    NOT_BOTH_SIGNED = (
        "NOT_BOTH_SIGNED", False,
        "Record {record} lacks the agreement of {missing}.",
        "Do not print it; tell the centre.",
    )
    PRINTER_CLOSED = (
        "PRINTER_CLOSED", False,
        "Printer {printer} is out of service: {why}.",
        "Two people must explain it before it prints again.",
    )
    COUNTER_UNEXPLAINED = (
        "COUNTER_UNEXPLAINED", False,
        "Printer {printer} counts {found} cards fed; the book explains {explained}.",
        "Find the cards that were fed without us; two people must explain the difference.",
    )
    TRIES_SPENT = (
        "TRIES_SPENT", False,
        "{tries} blanks have failed for record {record}; at most {limit} are allowed.",
        "Close the attempt as a misprint and report it.",
    )
    CERTAINTY_TOO_LOW = (
        "CERTAINTY_TOO_LOW", False,
        "The evidence for record {record} is only {certainty}; that does not show a good card.",
        "Look at the card and give your verdict.",
    )
    UID_KNOWN = (
        "UID_KNOWN", False,
        "The chip {uid} belongs to another card or place already.",
        "Keep the card apart and tell the centre: this is a foreign card (kartu asing).",
    )
    FOREIGN_BLANK = (
        "FOREIGN_BLANK", False,
        "The blank with chip {uid} is not this station's.",
        "Keep the card apart and tell the centre: this is a foreign card (kartu asing).",
    )
    # -- report and unlock ------------------------------------------------------------
    STALE_CUT = (
        "STALE_CUT", False,
        "The report is made out as at position {cut}; only positions {oldest} to {newest} can be checked.",
        "Make the report out anew from the current position.",
    )
    REPORT_DIFFERS = (
        "REPORT_DIFFERS", False,
        "The report does not balance: {difference}. Concerned: {concerned}.",
        "Count the blanks and cards named here again and correct the report; nothing was unlocked.",
    )
    NOT_REPORTED = (
        "NOT_REPORTED", False,
        "Record {record} is not in an accepted spoilage report.",
        "Send the report first; it must balance.",
    )
    UNKNOWN_REPORT = (
        "UNKNOWN_REPORT", False,
        "There is no accepted report {report}.",
        "Correct the report's number, or send the report first.",
    )
    OTHER_REPORT = (
        "OTHER_REPORT", False,
        "Record {record} was accepted with another report than the one signed.",
        "Sign the unlock for the report that was accepted.",
    )
    # -- files ------------------------------------------------------------------------
    BAD_FILE = (
        "BAD_FILE", False,
        "The file {file} cannot be used: {shape}.",
        "Expected {expected}. Correct the file and try again.",
    )
    NO_ROOM = (
        "NO_ROOM", False,
        "{path} is not empty.",
        "Choose an empty or new folder.",
    )
    NOT_REACHED = (
        "NOT_REACHED", True,
        "{where} was not reached: {why}.",
        "Check that it runs and that the line works; the request can be sent again unchanged.",
    )
    # fmt: on

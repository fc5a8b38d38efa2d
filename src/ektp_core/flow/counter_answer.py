"""Why a card can or cannot be printed now (jawaban loket): a closed list of reasons, each one plain sentence.

Rules 5, 20 and 34. Whoever stands at the counter is told one reason and what to do next; the first
that applies. Sentences are message ids with places for facts; no fact names a person. Which reason
it is, is found from the hub's book in `counter_at_hub`, from a station's own in the station.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from ektp_core.errors import Fact


class Why(Enum):
    """Every reason, with its sentence and what to do next: both are message ids."""

    text: str
    remedy: str

    def __new__(cls, code: str, text: str, remedy: str) -> "Why":
        """A member from its code and its sentences."""
        member = object.__new__(cls)
        member._value_ = code
        member.text, member.remedy = text, remedy
        return member

    # nothing is open
    NOT_KNOWN = (
        "not-known",
        "Nothing waits to be printed for this person: no record was brought in.",
        "Bring the print-ready record in, or ask the registry why there is none.",
    )
    NOTHING_OPEN = (
        "nothing-open",
        "No record of this person is open; the last card was made by {office}.",
        "For a lost or damaged card open a record here and say why; first cards and changes belong to the home office.",
    )
    WITHDRAWN = (
        "withdrawn",
        "Record {record} was withdrawn: no card is made from it.",
        "Only the registry opens a new record for this person.",
    )
    LOCKED_BEFORE = (
        "locked-before",
        "Record {record} is locked since the old system, where a card was being made.",
        "If the person has that card, note that it was seen; otherwise two people of the centre open the record.",
    )
    # another office
    DUPLICATE = (
        "duplicate",
        "This person was recorded twice: the first recording belongs to {office}, the second is not printed.",
        "The centre judges the second recording; call {name}.",
    )
    LOCKED_ELSEWHERE = (
        "locked-elsewhere",
        "{station} of {office} may print this card since {since}.",
        "Call {name}: it prints the card, or gives the permission back.",
    )
    OPEN_ELSEWHERE = (
        "open-elsewhere",
        "The record of this person is open at {office}.",
        "Call {name}: the card is made there.",
    )
    # waiting at the hub
    UNDER_SEVENTEEN = (
        "under-seventeen",
        "The person is under seventeen until {day}; the card is printed from that day on.",
        "Nothing to do before; a wrong birthday is lifted by: {needs}.",
    )
    HELD = (
        "held",
        "Record {record} is held back since {since}: {hold}.",
        "It may be lifted by: {needs}.",
    )
    CHECK_TOO_OLD = (
        "check-too-old",
        "The data of record {record} were last checked {days} days ago; {limit} days are allowed.",
        "Have the data checked again; the place in the queue is kept.",
    )
    REFUSED_BY_POLICY = (
        "refused-by-policy",
        "Cards for this reason ({reason}) are not printed now, by the policy in force.",
        "The person waits until the policy changes.",
    )
    GIVEN_BACK = (
        "given-back",
        "People at {station} gave record {record} back; it is not handed out again before {until}.",
        "Nothing to do; it comes by itself in its turn.",
    )
    BATCH_FIRST = (
        "batch-first",
        "Batch {list} is being printed first.",
        "Wait until the batch is done; the section head may lift one person, with a reason.",
    )
    NO_STATION = (
        "no-station",
        "{office} has no print station.",
        "Ask the centre which office prints for it.",
    )
    STATION_STOPPED = (
        "station-stopped",
        "{station} is stopped: {why}.",
        "Call the centre: two people must explain it before it prints again.",
    )
    NO_BLANKS = (
        "no-blanks",
        "{station} has no free blank it can print on.",
        "Issue blanks to the station, or ask for an allotment.",
    )
    LEASES_SPENT = (
        "leases-spent",
        "{station} already holds as many permissions as it may; people before this one: {ahead}.",
        "It goes on by itself as cards come out.",
    )
    LIFTED = (
        "lifted",
        "Record {record} was moved to the front by the section head; people before it: {ahead}.",
        "It is printed as soon as a printer is free.",
    )
    WAITING = (
        "waiting",
        "Record {record} waits; people before it: {ahead}.",
        "It is printed in its turn; the section head may lift one person, with a reason.",
    )
    # at a station
    AT_STATION = (
        "at-station",
        "{station} may print record {record} until {until}.",
        "Ask that station: its queue shows when it is printed.",
    )
    CALLED_BACK = (
        "called-back",
        "Record {record} was called back from {station}, which has not answered yet.",
        "Wait for the station's answer, or call it.",
    )
    PERMISSION_OVER = (
        "permission-over",
        "The permission of {station} to print record {record} ended at {until}, and the record is not back yet.",
        "Nothing is freed by silence: bring the station's line back, or have it give the permission back by telephone.",
    )
    IN_MACHINE = (
        "in-machine",
        "The card is in a machine of {station} now.",
        "Wait for it; nothing else may be done to this record meanwhile.",
    )
    # after the machine
    SUSPECT = (
        "suspect",
        "Record {record} is in doubt: nobody can say whether a good card was made at {station}.",
        "Two people look for the card and close the doubt; it is never printed again to see whether it works.",
    )
    TO_REPORT = (
        "to-report",
        "The card was misprinted at {station} ({cause}) and waits for the spoilage report.",
        "Hand the spoilage report of the allotment in; then the centre unlocks it.",
    )
    LOST_TO_REPORT = (
        "lost-to-report",
        "The card was lost at {station} and waits for the spoilage report.",
        "Hand the spoilage report of the allotment in; then the centre unlocks it.",
    )
    TO_UNLOCK = (
        "to-unlock",
        "The misprint is reported in {report} and waits to be unlocked.",
        "Two people of the centre unlock it; call them if it is urgent.",
    )
    TO_HAND_OVER = (
        "to-hand-over",
        "The card is printed and waits to be handed over.",
        "Fetch it from the finished cards; take the old card or the letter, and hand it over.",
    )
    PRINTED_HELD = (
        "printed-held",
        "The card is printed and is held back since {since}: {hold}.",
        "It may be lifted by: {needs}.",
    )
    OUT_ON_LIST = (
        "out-on-list",
        "The card is printed and was carried out with list {list}.",
        "The person fetches it there, or waits until the list is brought back.",
    )
    CARD_STOPPED = (
        "card-stopped",
        "The card that was printed must not be used: {why}.",
        "It is surrendered; a new card needs a new record.",
    )
    CARD_MISSING = (
        "card-missing",
        "The card was printed and is missing, by minutes {minutes}.",
        "Look for it; if it is not found, open a new record for a lost card.",
    )
    HANDED_OVER = (
        "handed-over",
        "The card of record {record} was handed over at {since}.",
        "A new card needs a reason: lost with a letter, damaged and surrendered, or changed data.",
    )
    CARD_VOID = (
        "card-void",
        "The card of record {record} was good and was declared void.",
        "Only the registry opens a new record for this person.",
    )
    # at this very station
    NOT_HERE_NO_LINE = (
        "not-here-no-line",
        "This station holds no permission for this person, and the hub does not answer.",
        "Ask again when the line is back; until then only cards this station holds are printed.",
    )
    NOT_READ = (
        "not-read",
        "Nothing was found, but the data of {count} records this station holds cannot be read.",
        "Open the station's data with its token or passphrase, or ask again when the line is back.",
    )
    DATA_LACKING = (
        "data-lacking",
        "The personal data of record {record} did not come to this station, or cannot be read.",
        "Bring the line back and ask again; if it stays so, cancel the card here: `ektp station queue --cancel`.",
    )
    BEGINNING = (
        "beginning",
        "Printer {printer} is taking this card now.",
        "Wait for it.",
    )
    LOOK_WANTED = (
        "look-wanted",
        "The card came out of printer {printer} and waits for somebody to look at it.",
        "Look at the card and say whether it is good: `ektp station look`.",
    )
    IN_MACHINE_AWAY = (
        "in-machine-away",
        "The card is in printer {printer}, which does not answer.",
        "Switch the printer on and connect it; the card is then judged by what the printer shows.",
    )
    STATION_RESTS = (
        "station-rests",
        "No card is begun at {station} now: {why}.",
        "Wait for the end of the count or for the next day, or let two people open the day again.",
    )
    TRIES_SPENT = (
        "tries-spent",
        "{tries} blanks failed for this card; no more may be used.",
        "The station gives the permission back; look for the cause in the printer or the blanks.",
    )
    DISK_LOW = (
        "disk-low",
        "This station's disk is nearly full; no card is begun.",
        "Make room on the disk; printing goes on by itself.",
    )
    NO_PRINTER = (
        "no-printer",
        "This station has no printer.",
        "Name its printers in station.toml and start the station again.",
    )
    PRINTER_AWAY = (
        "printer-away",
        "Printer {printer} does not answer.",
        "Switch it on and connect it.",
    )
    PRINTER_CLOSED = (
        "printer-closed",
        "Printer {printer} is out of service: {why}.",
        "Two people explain it and open the printer again.",
    )
    PRINTER_PAUSED = (
        "printer-paused",
        "Printer {printer} is paused: {why}.",
        "Let it go on: `ektp station queue --resume`.",
    )
    PRINTER_LOOK = (
        "printer-look",
        "Printer {printer} waits for somebody to look at the card before this one.",
        "Look at that card and say whether it is good: `ektp station look`.",
    )
    PRINTER_TROUBLE = (
        "printer-trouble",
        "Printer {printer} reports {condition}.",
        "Put that right at the machine.",
    )
    PRINTER_TEMPERATURE = (
        "printer-temperature",
        "Printer {printer} has {now_c} degrees Celsius; its limit is {limit_c}.",
        "Let it warm up or cool down; it goes on by itself.",
    )
    PRINTER_RESTING = (
        "printer-resting",
        "Printer {printer} rests for {minutes} more minutes.",
        "It goes on by itself.",
    )
    PRINTER_CAP = (
        "printer-cap",
        "Printer {printer} made its {cap} cards of today.",
        "It goes on tomorrow; another printer may take the card.",
    )
    PRINTER_TESTS = (
        "printer-tests",
        "Printer {printer} prints a test card first.",
        "Wait for it, and look at the test card.",
    )
    PRINTER_EMPTY = (
        "printer-empty",
        "Printer {printer} has no blanks loaded.",
        "Load blanks and say which: `ektp station load`.",
    )
    NEXT_HERE = (
        "next-here",
        "This card is the next one here.",
        "Wait for it: it is begun as soon as a printer is free.",
    )
    WAITING_HERE = (
        "waiting-here",
        "This station may print the card until {until}; cards before it: {ahead}.",
        "Wait, or let the section head lift it: `ektp station queue --lift`.",
    )

    @property
    def may_be_lifted(self) -> bool:
        """Whether the person waits, and only the queue, a want of blanks or a station at rest stands before a card."""
        return self in _LIFTABLE


_LIFTABLE = frozenset(
    {
        Why.WAITING,
        Why.LEASES_SPENT,
        Why.NO_BLANKS,
        Why.NO_STATION,
        Why.STATION_STOPPED,
        Why.STATION_RESTS,
        Why.BATCH_FIRST,
        Why.AT_STATION,
    }
)


@frozen
class CounterAnswer:
    """One reason with its facts; `record` is empty where another office's, or none, is meant."""

    why: Why
    record: str = ""
    facts: Mapping[str, Fact] = field(factory=dict, hash=False)

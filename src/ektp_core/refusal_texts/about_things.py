"""The two sentences of refusals about what it is about (pokok permintaan): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "ALREADY_KNOWN": (
        "Registered already: {what} {id}.",
        "Nothing to do, or choose another name.",
    ),
    "UNKNOWN_PARTY": (
        "Nobody named {party} is registered.",
        "Register the office or station first, or correct the name.",
    ),
    "UNKNOWN_STATION": (
        "There is no station {station}.",
        "Enrol the station first, or correct the name.",
    ),
    "STATION_FROZEN": (
        "Station {station} is stopped: {why}.",
        "Two people of the centre must examine it before it prints again.",
    ),
    "CLASS_UNFIT": (
        "Station {station} cannot print blanks of class {blank_class}.",
        "Send these blanks to a station that can print them.",
    ),
    "UNKNOWN_ALLOTMENT": (
        "There is no allotment {allotment}.",
        "Correct the allotment's number.",
    ),
    "UNKNOWN_CONSIGNMENT": (
        "There is no open consignment {consignment} for {party}.",
        "Correct the number; a consignment is received once.",
    ),
    "COUNT_DIFFERS": (
        "Consignment {consignment} holds {sent} blanks; the count names {counted} ({difference}).",
        "Count again; every blank of the consignment is found, short or damaged.",
    ),
    "SERIAL_KNOWN": (
        "These blanks are in the book already: {serials}.",
        "Check the manifest; each blank is supplied once.",
    ),
    "SERIALS_OVERLAP": (
        "These blanks are named twice in one request: {serials}.",
        "Name each blank once.",
    ),
    "NOT_HELD": (
        "These blanks are not in {bucket} of {party}: {serials}.",
        "Look up where they are, then correct the request.",
    ),
    "TOO_FEW": (
        "{party} has {held} blanks in {bucket}; {asked} are asked.",
        "Ask for fewer, or wait for the next delivery.",
    ),
    "CANNOT_REVERSE": (
        "Movement {seq} cannot be reversed: {why}.",
        "Only a movement of stock whose blanks still lie where it put them is reversed.",
    ),
    "MONTH_DIFFERS": (
        "The month {month} of {party} cannot be closed, its count and its book differ: {difference}.",
        "Count again, at the store and at every station, and close the month before anything moves.",
    ),
    "BEGUN_ONCE": (
        "The card of record {record} was begun here once; a code can only say that it never was.",
        "Wait until the station's line is back; it then sends what became of the card.",
    ),
    "WRONG_CODE": (
        "This is not the code of {station} for attempt {n} of record {record}; it was noted.",
        "Have the code, the record and the attempt read out again, and type them as the station shows them.",
    ),
    "CODES_SPENT": (
        "{found} wrong codes were typed for {station}; no code is taken for it until {until}.",
        "Find out who types them; wait, or let the station's line come back: it sends the same by itself.",
    ),
    "STATION_IS_LOST": (
        "{station} was declared lost by letter {letter}; what it sent was kept as evidence and changes nothing.",
        "Bring the machine and its cards to the centre; a new station is enrolled under a new name.",
    ),
    "STATION_NOT_LOST": (
        "{station} was not declared lost.",
        "Two people of the centre declare it lost first, with a letter.",
    ),
    "NOT_SILENT": (
        "{station} has no permission that ended unanswered long enough ago (waited for until {until}).",
        "Wait until then, or declare the station lost with a letter.",
    ),
    "LEASES_SPENT": (
        "{station} holds {found} permissions already; the policy allows {limit}.",
        "Wait until it has printed or given back some of them.",
    ),
    "UNKNOWN_LOAN": (
        "There is no loan {loan}.",
        "Correct the loan's number; blanks pass between offices only by a loan their province agreed.",
    ),
    "UNKNOWN_INQUIRY": (
        "There is no open inquiry {inquiry}.",
        "Correct the inquiry's number; a lifted one stays lifted.",
    ),
    "UNDER_INQUIRY": (
        "Inquiry {inquiry} holds these blanks or cards: {serials}.",
        "Leave them where they are until two people have lifted the inquiry.",
    ),
    "WASTE_NOT_REPORTED": (
        "No accepted spoilage report names this waste: {serials}.",
        "Send a report that names it; when it is accepted, ask again.",
    ),
}
# fmt: on

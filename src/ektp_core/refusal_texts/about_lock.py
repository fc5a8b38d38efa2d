"""The two sentences of refusals about record and lock (rekaman dan kunci): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "UNKNOWN_RECORD": (
        "There is no record {record}.",
        "Correct the record's number.",
    ),
    "PAYLOAD_ERASED": (
        "The personal data of record {record} was erased or is not here.",
        "Look at the record's state; without its data the card cannot be printed.",
    ),
    "PERSON_HAS_OPEN_RECORD": (
        "This person has an open record already: {record}.",
        "Finish or withdraw that record first; a second recording is never printed by itself.",
    ),
    "OPEN_ELSEWHERE": (
        "Record {record} of this person has lain at {station} of {office} since {since}.",
        "Call that office: it prints the card, or gives the record back, by telephone if its line is dead.",
    ),
    "NOT_HOME_OFFICE": (
        "{office} is not the home office of this person; first cards and changes of data are made there.",
        "Send the person to {home}; here only a lost or damaged card without a change of data is printed.",
    ),
    "PAPERS_MISSING": (
        "Papers are missing for record {record} ({reason}): {papers}.",
        "Ask the person for them, and take the papers in when all of them are there.",
    ),
    "PREVIOUS_CARD_OPEN": (
        "This person's previous card (record {record}) is not closed.",
        "Take the old card back, or note the letter that declares it lost, and say so in the request.",
    ),
    "SIGNER_NOT_REGISTRY": (
        "Records must be signed by the registry or by the officer who imports them, not by {who}.",
        "Sign the batch with the importing officer's own key.",
    ),
    "NO_SUCH_STEP": (
        "Record {record} is {state}; this is not possible now: {event}.",
        "What can happen now: {allowed}.",
    ),
    "STALE_ATTEMPT": (
        "Record {record} is at attempt {current}, not {named}.",
        "Look at the record again and correct the request.",
    ),
    "NO_BLANK": (
        "Station {station} has no free blank for another card.",
        "Deliver blanks to the station, or wait until its reports arrive.",
    ),
    "STILL_LEASED": (
        "Station {station} may still print record {record}: it has not answered.",
        "Wait for the station's answer, or declare the station lost.",
    ),
    "SOURCE_STALE": (
        "Record {record} was last checked {age_s} seconds ago; at most {limit_s} are allowed.",
        "Let the registry check the record again.",
    ),
    "LEASE_OVER": (
        "The permission to print record {record} ended at {until}.",
        "Give the permission back; the centre can grant a new one.",
    ),
    "RECALLED": (
        "The centre called record {record} back.",
        "Do not print it; give the permission back.",
    ),
    "NOT_BOTH_SIGNED": (
        "Record {record} lacks the agreement of {missing}.",
        "Do not print it; tell the centre.",
    ),
    "PRINTER_CLOSED": (
        "Printer {printer} is out of service: {why}.",
        "Two people must explain it before it prints again.",
    ),
    "COUNTER_UNEXPLAINED": (
        "Printer {printer} counts {found} cards fed; the book explains {explained}.",
        "Find the cards that were fed without us; two people must explain the difference.",
    ),
    "CANNOT_RECOVER": (
        "Printer {printer} is not freed: {why}.",
        "Nothing was sent to it; `ektp station printers` says what it waits for.",
    ),
    "TRIES_SPENT": (
        "{tries} blanks have failed for record {record}; at most {limit} are allowed.",
        "Close the attempt as a misprint and report it.",
    ),
    "CERTAINTY_TOO_LOW": (
        "The evidence for record {record} is only {certainty}; that does not show a good card.",
        "Look at the card and give your verdict.",
    ),
    "UID_KNOWN": (
        "The chip {uid} belongs to another card or place already.",
        "Keep the card apart and tell the centre: this is a foreign card (kartu asing).",
    ),
    "FOREIGN_BLANK": (
        "The blank with chip {uid} is not this station's.",
        "Keep the card apart and tell the centre: this is a foreign card (kartu asing).",
    ),
}
# fmt: on

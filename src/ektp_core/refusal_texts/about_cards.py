"""The two sentences of refusals about finished cards and holds (kartu dan penahanan): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "ON_HOLD": (
        "Record {record} has been on hold since {since}: {hold}.",
        "Ask one who may lift the hold: {needs}.",
    ),
    "NEEDS_REGISTRY": (
        "This person's last record {record} was withdrawn or its card voided; only the registry opens another.",
        "Ask the registry to sign the new record with its own key.",
    ),
    "CARD_STOPPED": (
        "The card of record {record} is on the stop list: {why}.",
        "Do not use it and do not hand it over; keep it apart with the void cards.",
    ),
    "UNKNOWN_LIST": (
        "There is no open list {list}.",
        "Correct the list's name; a closed list stays closed.",
    ),
    "LIST_DIFFERS": (
        "List {list} does not agree with the cards: {difference}.",
        "Look for the cards named here; hand over, bring back or declare missing each of them.",
    ),
}
# fmt: on

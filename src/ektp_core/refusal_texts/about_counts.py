"""The two sentences of refusals about counting and finding (opname dan temuan): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "BOOK_BEGUN": (
        "The book of {party} for blanks of class {blank_class} has begun already.",
        "An opening count is taken once; count the piles and explain the difference instead.",
    ),
    "COUNT_UNEXPLAINED": (
        "The count of {party} differs from the book: {pile}.",
        "Count these piles once more; if the figures stand, write beside each what is known of it and send it again.",
    ),
    "SERIALS_NEEDED": (
        "The book of {party} knows the serials of these piles, and the count leaves open which are there: {pile}.",
        "List the serials that lie there, all of them, and send the count again.",
    ),
    "HELD_ELSEWHERE": (
        "The book has these blanks in another place: {found}.",
        "Keep them apart; correct the book by the movement that is missing, then count again.",
    ),
    "WAS_FED": (
        "These blanks were in a printer before: {serials}.",
        "They never return to stock; hand them in as waste, or as cards if they are printed.",
    ),
    "STOP_LISTED": (
        "These blanks are on the stop list: {serials}.",
        "They are never used again; hand them in as waste, or as cards if they are printed.",
    ),
    "HELD_BY_RECORD": (
        "Record {record} is open and its attempt {n} took the blank {serial}.",
        "Close the suspect of that record; the blank follows.",
    ),
    "STATION_NOT_TOLD": (
        "Station {station} has not yet fetched the notice that its blanks are in doubt.",
        "Wait until the station has fetched its messages, or withdraw its key.",
    ),
}
# fmt: on

"""The two sentences of refusals about the book itself (buku): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "BOOK_TOO_OLD_ENGINE": (
        "This SQLite ({found}) has a known fault that can lose commits; {needed} or newer is needed.",
        "Install the project's own database package and start again.",
    ),
    "BOOK_NEWER": (
        "This book was written by a newer version (schema {found}, this program knows {known}).",
        "Update this program; do not open the book with an older one.",
    ),
    "BOOK_IN_USE": (
        "Another process already keeps this book: {path}.",
        "Stop the other process, or point this one at its own book.",
    ),
    "BOOK_DAMAGED": (
        "The book is damaged at {place}: {found}.",
        "Stop work on this machine, keep the file as evidence and call the centre.",
    ),
    "BOOK_FULL": (
        "The disk that holds the book is full; nothing was written.",
        "Free space on the disk, then start again; no card was lost or started.",
    ),
    "BOOK_UNSURE": (
        "The disk did not say whether the last entry was kept.",
        "Start the program again; it reads the book and continues from what is there.",
    ),
    "BOOK_MOVED": (
        "The book of {station} was packed and goes on elsewhere: {to}.",
        "Work there; this copy takes nothing more and may be deleted once the other one has reached the hub.",
    ),
}
# fmt: on

"""The two sentences of refusals about files and lines (berkas dan jalur): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "BAD_FILE": (
        "The file {file} cannot be used: {shape}.",
        "Expected {expected}. Correct the file and try again.",
    ),
    "NO_ROOM": (
        "{path} is not empty.",
        "Choose an empty or new folder.",
    ),
    "NOT_REACHED": (
        "{where} was not reached: {why}.",
        "Check that it runs and that the line works; the request can be sent again unchanged.",
    ),
}
# fmt: on

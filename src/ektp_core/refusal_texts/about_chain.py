"""The two sentences of refusals about a station's chain and feed (rantai dan antaran): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "CHAIN_GAP": (
        "The commits up to {absorbed} are here; {found} does not follow.",
        "Send from commit {next} on.",
    ),
    "CHAIN_FORK": (
        "Commit {n} of {station} differs from the one taken before: there are two histories.",
        "Stop the station; two people must examine it and enrol it again.",
    ),
    "FEED_GAP": (
        "Entries up to {taken} were taken; {found} does not follow.",
        "Ask for the entries from {next} on.",
    ),
    "FEED_FORK": (
        "Feed entry {m} was taken before with other content.",
        "Stop the station and call the centre.",
    ),
    "ROLLED_BACK": (
        "The centre remembers commit {n} of this station, which this book does not hold.",
        "This is an older copy of the book. Stop; two people must examine the station.",
    ),
}
# fmt: on

"""The two sentences of refusals about report and unlock (laporan dan pembukaan kunci): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "STALE_CUT": (
        "The report is made out as at position {cut}; only positions {oldest} to {newest} can be checked.",
        "Make the report out anew from the current position.",
    ),
    "REPORT_SPANS": (
        "The report of allotment {allotment} counts blanks of allotment {other} as well: {serials}.",
        "Make a report of its own for each allotment; each counts the blanks that came with it.",
    ),
    "REPORT_DIFFERS": (
        "The report does not balance: {difference}. Concerned: {concerned}.",
        "Count the blanks and cards named here again and correct the report; nothing was unlocked.",
    ),
    "NOT_REPORTED": (
        "Record {record} is not in an accepted spoilage report.",
        "Send the report first; it must balance.",
    ),
    "UNKNOWN_REPORT": (
        "There is no accepted report {report}.",
        "Correct the report's number, or send the report first.",
    ),
    "OTHER_REPORT": (
        "Record {record} was accepted with another report than the one signed.",
        "Sign the unlock for the report that was accepted.",
    ),
}
# fmt: on

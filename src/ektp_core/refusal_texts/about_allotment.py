"""The two sentences of refusals about allotment (penjatahan): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "UNKNOWN_CLASS": (
        "The centre and {party} have no blanks of class {blank_class}, and no station declares that it prints them.",
        "Correct the class of blank.",
    ),
    "UNKNOWN_REQUEST": (
        "There is no open request {request} of {party} for class {blank_class}.",
        "Correct the request's number; one that was answered or taken back is closed.",
    ),
    "POLICIES_OVERLAP": (
        "The policy's days overlap those of policy {policy}, which begins {since} and ends {until}.",
        "End or begin the policy on another day; on any day one policy holds.",
    ),
    "ALLOTMENT_UNREPORTED": (
        "{party} got allotment {allotment} on {since}; no report of it as at a day within the last {days} days is "
        "accepted (the last is as at: {cut}).",
        "Wait until a report of that allotment is accepted, or grant by an exception: a letter and two people of the "
        "centre.",
    ),
    "NEXT_NOT_DUE": (
        "Policy {policy} gives {party} no next allotment yet ({rule}): it has {stock}, {in_transit} are on the road, "
        "{remaining} of allotment {allotment} are left.",
        "Wait until it is due, or grant by an exception: a letter and two people of the centre.",
    ),
    "ABOVE_CAPACITY": (
        "{party} can print {capacity} a month, has {stock}, and {in_transit} are on the road: "
        "{limit} fit, {count} are asked.",
        "Grant {limit} or fewer, or push the rest: a letter and two people of the centre.",
    ),
    "ABOVE_LIMIT": (
        "{count} for {party} are more than the {limit} it may get ({rule}).",
        "Grant fewer, or push the rest: a letter and two people of the centre.",
    ),
}
# fmt: on

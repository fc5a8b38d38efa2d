"""The two sentences of refusals about what the words say (isian): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "BAD_NIK": (
        "The NIK in {field} is not valid: {shape}.",
        "A NIK has 16 digits: region, birth date (day + 40 for women), number. Type it again from the family card.",
    ),
    "BAD_VALUE": (
        "The value in {field} cannot be right: {shape}.",
        "Correct the value; expected {expected}.",
    ),
    "UNKNOWN_REGION": (
        "There is no region {region} (field {field}).",
        "Use the region code of the current list.",
    ),
}
# fmt: on

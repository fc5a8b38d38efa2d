"""The two sentences of refusals about who asks (pemohon): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "NOT_ALLOWED": (
        "{who} may not do this; it needs: {needs}.",
        "Ask a person with that role to sign.",
    ),
    "NEEDS_PEOPLE": (
        "This needs {needs} different people; {found} signed.",
        "Let another person sign the same request.",
    ),
    "REPORTER_SIGNED": (
        "{who} reported or ran this attempt and may not sign here.",
        "Let somebody else of the centre sign.",
    ),
    "SAME_UNIT": (
        "All signers belong to {unit}; one must come from another unit.",
        "Let a person of another unit sign.",
    ),
}
# fmt: on

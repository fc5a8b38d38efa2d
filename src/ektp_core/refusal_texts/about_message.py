"""The two sentences of refusals about the message (pesan): what is wrong, what to do."""

from collections.abc import Mapping

# fmt: off
TEXTS: Mapping[str, tuple[str, str]] = {
    "OVERSIZED": (
        "The message is {size} bytes long; at most {limit} are taken.",
        "Send it in smaller parts.",
    ),
    "MALFORMED": (
        "The field {field} is not as agreed: expected {expected}, found {shape}.",
        "Correct that field and send the message again.",
    ),
    "BAD_SIGNATURE": (
        "The signature by key {key} does not fit the message.",
        "Sign the message again with the right key; if it was signed, tell the centre.",
    ),
    "UNKNOWN_KEY": (
        "Nobody here knows the key {key}.",
        "Register the key first, or use a registered one.",
    ),
    "REVOKED_KEY": (
        "The key {key} was withdrawn.",
        "Use the owner's current key.",
    ),
    "WRONG_ADDRESSEE": (
        "The message is meant for {meant}, not for {here}.",
        "Send it to the one it is meant for.",
    ),
    "STALE": (
        "The message is {age_s} seconds old; at most {limit_s} are taken.",
        "Make a new message and send it at once; check the clock of the sender.",
    ),
    "ID_REUSED": (
        "The id {id} was used before for something else.",
        "Give each request its own new id.",
    ),
}
# fmt: on

"""What is built into which printer (perlengkapan per model): by its name, its status words, or a person's word; pure.

The manual has a column for each of its models, newer printers show their options in the
configuration word. Where neither says that a part is there, a person who looked may say so in
the printer's address (`usb,has:contactless`). Otherwise it is not declared and not used: a
card sent to a station that is not there would lie somewhere. PROTOCOL.md, section 6.

>>> of_model("Evolis Dualys") == Can.REJECT_TRAY | Can.CONTACTLESS_STATION
True
>>> of_address("usb, has:contact")
<Can.CONTACT_STATION: 32>
"""

from collections.abc import Iterable, Mapping

from ektp_core.boundary.card_printer import Can

PARTS: Mapping[str, Can] = {
    "contact": Can.CONTACT_STATION,
    "contactless": Can.CONTACTLESS_STATION,
    "reject": Can.REJECT_TRAY,
}
_HAS = "has:"

#: By a word in the model's name. All but the last are the columns of the manual's pages 42, 43 and 59.
_MODELS: Mapping[str, Can] = {
    "TATTOO": Can.REJECT_TRAY,
    "PEBBLE": Can.REJECT_TRAY | Can.CONTACTLESS_STATION,
    "DUALYS": Can.REJECT_TRAY | Can.CONTACTLESS_STATION,
    "QUANTUM": Can.REJECT_TRAY | Can.CONTACTLESS_STATION | Can.CONTACT_STATION,
    "KIOSK": Can.REJECT_TRAY | Can.CONTACTLESS_STATION | Can.CONTACT_STATION,
    "PRIMACY": Can.REJECT_TRAY,
}

#: Bits of the configuration word.
_BITS: Mapping[int, Can] = {
    0x00080000: Can.CONTACTLESS_STATION,
    0x00040000: Can.CONTACT_STATION,
    0x00000020: Can.REJECT_TRAY,
}


def of_model(model: str) -> Can:
    """What a model of this name has; nothing of a model that is not known."""
    return next((can for word, can in _MODELS.items() if word in model.upper()), Can.NOTHING)


def of_configuration(word: int) -> Can:
    """What the configuration word of newer printers shows."""
    return _sum(can for bit, can in _BITS.items() if word & bit)


def of_address(hint: str) -> Can:
    """What a person said of it; a part nobody knows is not there."""
    said = (part.strip() for part in hint.split(","))
    return _sum(PARTS.get(one.removeprefix(_HAS), Can.NOTHING) for one in said if one.startswith(_HAS))


def said_in(hint: str) -> str:
    """The part of a hint that names what is built in, to be kept beside the bus; empty where nothing is said."""
    return "".join(f",{part.strip()}" for part in hint.split(",") if part.strip().startswith(_HAS))


def _sum(parts: Iterable[Can]) -> Can:
    found = Can.NOTHING
    for part in parts:
        found |= part
    return found

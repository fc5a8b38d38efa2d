"""The number a blank's chip carries (UID chip blangko).

UIDs are seven bytes and not consecutive (rule 6): nobody can guess one from its neighbour's.
Here they follow from a seed and the printed serial, so that a supplier's manifest and the
blanks in a printer's hopper agree without either reading the other.

>>> uid_of("PNRI-2018", 1, "demo"), uid_of("PNRI-2018", 2, "demo")
('04EB0D9173A3A0', '04D72D346F45F0')
"""

from hashlib import sha256

MAKER = b"\x04"
DEFAULT_SEED = "ektp"


def uid_of(series: str, number: int, seed: str | int = DEFAULT_SEED) -> str:
    """The UID of one blank, hexadecimal."""
    return (MAKER + sha256(f"{seed}|{series} {number}".encode()).digest()[:6]).hex().upper()


def serial_text(series: str, number: int) -> str:
    """The serial as it is printed on the blank."""
    return f"{series} {number}"

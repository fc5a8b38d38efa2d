"""The short code that gives an authorisation back by telephone (kode pelepasan): rule 19.

Only the station and the hub can make it: both reach the same secret from their own private key
and the other's public one, and the code is a keyed hash over station, record and attempt. It is
cut to what a person can read out: nine characters and one that finds a slip of the tongue before
it is held against anybody. 45 bits cannot be guessed with the few tries the hub allows an hour.

The letters I, L, O and U do not occur; whoever writes O or I is understood.

>>> shown("7N3KQ0WXZ" + check_of("7N3KQ0WXZ"))
'7N3KQ-0WXZP'
>>> typed(" 7n3kq owxzp ") == typed("7N3KQ-0WXZP")
True
"""

import hmac
from collections.abc import Callable

from attrs import field, frozen
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.codec import to_json
from ektp_keys.public_keys import key_id_of, sealing_half

#: Crockford's 32 signs: no I, L, O, U.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10

_MAC_SIGNS = LENGTH - 1
_BITS = 5
_PURPOSE = b"ektp release code/1\x00"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": "", ".": ""})

#: Takes the half of another's public key that is sealed to; gives the secret both sides share (X25519).
Agree = Callable[[bytes], bytes]


@frozen
class _About:
    """What a code says: this station has not begun this attempt, and never will."""

    station: str
    record: str
    n: int
    hub_key: str
    station_key: str


@frozen
class CodeSecret:
    """What one hub and one station share for codes. Both make the same from their own side."""

    hub_key: str
    station_key: str
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, agree: Agree, other: bytes, hub: bytes, station: bytes) -> "CodeSecret":
        """The secret of `hub` and `station` (public keys, 64 bytes); `other` is the one that `agree` is not.

        Raises:
            Refused: BAD_VALUE for a key that only signs.
        """
        names = (key_id_of(hub), key_id_of(station))
        info = _PURPOSE + to_json(list(names))
        shared = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(agree(sealing_half(other)))
        return cls(*names, shared)

    def code(self, station: str, record: str, n: int) -> str:
        """The code of one attempt, ten signs without a hyphen."""
        about = to_json(_About(station, record, n, self.hub_key, self.station_key))
        mac = int.from_bytes(hmac.digest(self._secret, about, "sha256"), "big")
        signs = "".join(SIGNS[(mac >> _BITS * place) % len(SIGNS)] for place in range(_MAC_SIGNS))
        return signs + check_of(signs)

    def fits(self, code: str, station: str, record: str, n: int) -> bool:
        """Whether a code (as `typed` gives it) is that attempt's."""
        return hmac.compare_digest(code.encode(), self.code(station, record, n).encode())


def shown(code: str) -> str:
    """A code as it is read out: two groups of five."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def typed(text: str) -> str:
    """A code as somebody typed it: small letters, blanks, O for 0 and I for 1 are understood.

    Raises:
        Refused: BAD_VALUE for what cannot be a code, or was misheard; it is not counted as a wrong one.
    """
    code = text.upper().translate(_READ_AS)
    if len(code) != LENGTH or any(sign not in SIGNS for sign in code):
        raise _bad("not ten letters and digits", "two groups of five, such as 7N3KQ-0WXZP")
    if check_of(code[:_MAC_SIGNS]) != code[_MAC_SIGNS:]:
        raise _bad("misheard or mistyped: its last sign does not fit the others", "the code as the station shows it")
    return code


def check_of(signs: str) -> str:
    """The sign that follows these: one wrong sign, or two that changed places, never fits it."""
    total = 0
    weight = 1
    for sign in signs:
        weight = _times_x(weight)
        total ^= _times(weight, SIGNS.index(sign))
    return SIGNS[total]


def _times_x(one: int) -> int:
    """Times x in the field of 32 elements (x^5 + x^2 + 1): its powers differ for 31 places."""
    double = one << 1
    return double ^ 0b100101 if double & 0b100000 else double


def _times(one: int, other: int) -> int:
    product = 0
    while other:
        if other & 1:
            product ^= one
        one, other = _times_x(one), other >> 1
    return product


def _bad(shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": "code", "shape": shape, "expected": expected})

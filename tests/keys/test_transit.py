"""Bytes sealed to one station: nobody else opens them, and for no other purpose."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.signer import Sealer
from ektp_core.errors import Refused
from ektp_core.vocabulary.role import Hand
from ektp_keys.key_file import create_key
from ektp_keys.transit import KeySealer, open_sealed, seal_to

PRIVATE = b"s" * 32
PUBLIC = bytes(32) + X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_was_sealed_is_opened_by_its_recipient(plain: bytes, info: bytes) -> None:
    sealed = seal_to(PUBLIC, plain, info)
    assert open_sealed(PRIVATE, sealed, info) == plain
    assert sealed != seal_to(PUBLIC, plain, info)


@given(st.data())
def test_changed_bytes_another_recipient_and_another_purpose_open_nothing(data: st.DataObject) -> None:
    sealed = bytearray(seal_to(PUBLIC, b"plain", b"record 1"))
    for private, info in ((b"t" * 32, b"record 1"), (PRIVATE, b"record 2"), (PRIVATE, b"")):
        with pytest.raises(Refused, match="MALFORMED"):
            open_sealed(private, bytes(sealed), info)
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Refused, match="MALFORMED"):
        open_sealed(PRIVATE, bytes(sealed), b"record 1")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(48), b"\xff" * 60])
def test_bytes_that_were_never_sealed_open_nothing(sealed: bytes) -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        open_sealed(PRIVATE, sealed, b"")


def test_nothing_is_sealed_to_a_key_that_only_signs_or_to_a_weak_one() -> None:
    with pytest.raises(Refused, match="BAD_VALUE"):
        seal_to(PUBLIC[:32], b"plain", b"")
    with pytest.raises(Refused, match="BAD_VALUE"):
        seal_to(bytes(64), b"plain", b"")


def test_a_key_file_opens_what_a_sealer_sealed_to_its_public_key(tmp_path: Path) -> None:
    key = create_key(tmp_path / "key", "station/52.03/1", Hand.STATION, None)
    sealer: Sealer = KeySealer(key.public)
    assert key.unseal(sealer.seal(b"plain", b"record 1"), b"record 1") == b"plain"

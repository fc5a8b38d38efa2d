"""Personal data at rest: opens with its own key in its own place, and nowhere else."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refused
from ektp_keys.payload_box import lock_payload, unlock_payload

DIGEST = bytes(range(32))
PLAIN = b"Sari Contoh, Lombok Timur"


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_what_was_locked_is_unlocked(plain: bytes, digest: bytes) -> None:
    payload = lock_payload(plain, digest)
    assert (unlock_payload(payload), payload.digest) == (plain, digest)


def test_every_payload_has_its_own_key_and_shows_neither_key_nor_content() -> None:
    first, second = lock_payload(PLAIN, DIGEST), lock_payload(PLAIN, DIGEST)
    assert len({first.key, second.key}) == len({first.key_id, second.key_id}) == 2
    assert first.ciphertext != second.ciphertext
    assert PLAIN not in first.ciphertext
    assert "Sari" not in repr(first)
    assert first.key.hex() not in repr(first)


def test_no_part_of_a_payload_can_be_exchanged() -> None:
    mine, other = lock_payload(PLAIN, DIGEST), lock_payload(PLAIN, bytes(32))
    for changed in (
        evolve(mine, digest=other.digest),
        evolve(mine, key_id=other.key_id),
        evolve(mine, key=other.key),
        evolve(mine, key=b""),
        evolve(mine, ciphertext=other.ciphertext),
        evolve(mine, ciphertext=mine.ciphertext[:-1]),
        evolve(mine, ciphertext=b""),
    ):
        with pytest.raises(Refused, match="BOOK_DAMAGED"):
            unlock_payload(changed)

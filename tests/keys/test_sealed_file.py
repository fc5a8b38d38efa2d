"""A file under a passphrase: what goes in comes out whole, or not at all."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_keys import sealed_file
from ektp_keys.sealed_file import open_sealed_file, read_head, seal_to

WORD = "correct horse battery"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_file, "CHUNK_BYTES", 64)
    # The cost of trying passphrases is not what is tested here.
    monkeypatch.setattr(sealed_file, "fresh_key", lambda word, salt: ("argon2id", (word.encode() + bytes(32))[:32]))
    monkeypatch.setattr(sealed_file, "key_by", lambda _, word, __: (word.encode() + bytes(32))[:32])


def sealed(plain: bytes, parts: int = 1) -> bytes:
    out = BytesIO()
    sealing = seal_to(out, WORD, kind="move", station="station/52.03/1", at_ms=7, token="token")
    size = max(1, len(plain) // parts)
    for start in range(0, len(plain), size):
        sealing.write(plain[start : start + size])
    sealing.close()
    return out.getvalue()


def opened(raw: bytes, word: str = WORD) -> bytes:
    return open_sealed_file(BytesIO(raw), "f", word).read()


@given(st.binary(max_size=700), st.integers(1, 9))
@settings(max_examples=60)
def test_what_goes_in_comes_out(plain: bytes, parts: int) -> None:
    assert opened(sealed(plain, parts)) == plain


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 129])
def test_every_cut_is_noticed(size: int) -> None:
    raw = sealed(bytes(size))
    head = raw.index(b"\n") + 1
    for end in range(head, len(raw)):
        with pytest.raises(Refused) as caught:
            opened(raw[:end])
        assert caught.value.refusal is Refusal.BAD_FILE


def test_every_changed_byte_is_noticed() -> None:
    raw = sealed(bytes(range(200)))
    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        with pytest.raises(Refused):
            opened(changed)


def test_chunks_that_change_places_are_noticed() -> None:
    raw = sealed(bytes(200))
    at = raw.index(b"\n") + 1
    one, two = raw[at : at + 80], raw[at + 80 : at + 160]
    with pytest.raises(Refused):
        opened(raw[:at] + two + one + raw[at + 160 :])


def test_nothing_of_the_content_shows() -> None:
    assert b"5203" not in sealed(b"5203" * 40)


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(Refused, match="passphrase"):
        opened(sealed(b"x"), "another passphrase")


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        seal_to(BytesIO(), "short", kind="move", station="s", at_ms=0)
    assert caught.value.refusal is Refusal.BAD_VALUE


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"{}\n", b"x" * 10_000])
def test_a_file_of_another_kind_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        opened(raw)
    assert caught.value.refusal is Refusal.BAD_FILE


def test_what_it_is_can_be_read_without_the_passphrase() -> None:
    head, _ = read_head(BytesIO(sealed(b"x")), "f")
    assert (head.kind, head.station, head.at_ms, head.token) == ("move", "station/52.03/1", 7, "token")

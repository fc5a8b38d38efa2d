"""The code read out on the telephone (rule 19)."""

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_keys.release_code import LENGTH, SIGNS, CodeSecret, check_of, shown, typed

pytestmark = pytest.mark.rule(19)
STATION, RECORD = "station/52.03/1", "52.03-000001"
CODES = st.text(SIGNS, min_size=LENGTH - 1, max_size=LENGTH - 1).map(lambda signs: signs + check_of(signs))


class Side:
    """One end's key."""

    def __init__(self, number: int) -> None:
        self.private = X25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.public = bytes([number]) * 32 + self.private.public_key().public_bytes_raw()

    def agree(self, other: bytes) -> bytes:
        return self.private.exchange(X25519PublicKey.from_public_bytes(other))


HUB, OURS, THEIRS = Side(1), Side(2), Side(3)


def at_hub(station: Side = OURS) -> CodeSecret:
    return CodeSecret.of(HUB.agree, station.public, HUB.public, station.public)


def at_station(station: Side = OURS) -> CodeSecret:
    return CodeSecret.of(station.agree, HUB.public, HUB.public, station.public)


def test_both_ends_make_the_same_code() -> None:
    assert at_hub().code(STATION, RECORD, 1) == at_station().code(STATION, RECORD, 1)
    assert at_hub().fits(typed(shown(at_station().code(STATION, RECORD, 1))), STATION, RECORD, 1)


def test_no_other_attempt_record_station_or_key_has_the_same_code() -> None:
    code = at_station().code(STATION, RECORD, 1)
    others: Iterator[str] = iter(
        (
            at_hub().code(STATION, RECORD, 2),
            at_hub().code(STATION, "52.03-000002", 1),
            at_hub().code("station/52.03/2", RECORD, 1),
            at_hub(THEIRS).code(STATION, RECORD, 1),
        )
    )
    assert all(code != other for other in others)


def test_whoever_knows_both_public_keys_still_makes_no_code() -> None:
    thief = CodeSecret.of(THEIRS.agree, HUB.public, HUB.public, OURS.public)
    assert thief.code(STATION, RECORD, 1) != at_hub().code(STATION, RECORD, 1)


@given(code=CODES)
def test_a_code_is_understood_however_it_is_written(code: str) -> None:
    written = shown(code).lower().replace("0", "o").replace("1", "l")
    assert typed(f"  {written} ") == code


@given(code=CODES, place=st.integers(0, LENGTH - 1), other=st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed_before_it_is_counted(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    if wrong == code:
        return
    with pytest.raises(Refused) as caught:
        typed(wrong)
    assert caught.value.refusal is Refusal.BAD_VALUE


@given(code=CODES, place=st.integers(0, LENGTH - 3))
def test_two_signs_that_changed_places_are_noticed(code: str, place: int) -> None:
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if wrong != code:
        with pytest.raises(Refused):
            typed(wrong)


@pytest.mark.parametrize("text", ["", "7N3KQ", "7N3KQ-0WXZPP", "7N3KQ-0WXZU", "٧N3KQ-0WXZP"])
def test_what_cannot_be_a_code_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        typed(text)
    assert caught.value.refusal is Refusal.BAD_VALUE


def test_a_key_that_only_signs_makes_no_code() -> None:
    with pytest.raises(Refused) as caught:
        CodeSecret.of(HUB.agree, OURS.public[:32], HUB.public, OURS.public)
    assert caught.value.refusal is Refusal.BAD_VALUE


def test_the_weights_of_the_check_are_all_different() -> None:
    singles = {check_of("0" * place + "1" + "0" * (LENGTH - 2 - place)) for place in range(LENGTH - 1)}
    assert len(singles) == LENGTH - 1

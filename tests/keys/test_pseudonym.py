"""Pseudonyms: the same person always, nobody else, and nothing that leads back."""

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refused
from ektp_keys.pseudonym import PERSON_BYTES, Pseudonyms

SECRET = bytes(range(32))
NIK = "5203054408999001"
niks = st.text("0123456789", min_size=16, max_size=16)


@given(niks, niks)
def test_two_people_share_a_pseudonym_only_if_they_are_one(one: str, other: str) -> None:
    names = Pseudonyms(SECRET)
    assert (names.person(one) == names.person(other)) is (one == other)
    assert len(names.person(one)) == PERSON_BYTES


def test_the_pseudonym_is_the_documented_one() -> None:
    expected = hmac.new(SECRET, b"ektp.person.v1\x00" + NIK.encode(), hashlib.sha256).digest()[:16]
    assert Pseudonyms(SECRET).person(NIK) == expected
    assert Pseudonyms(bytes(32)).person(NIK) != expected


def test_a_secret_is_kept_in_its_file(tmp_path: Path) -> None:
    made = Pseudonyms.create(tmp_path / "names")
    assert Pseudonyms.load(tmp_path / "names").person(NIK) == made.person(NIK)
    with pytest.raises(Refused, match="exists already"):
        Pseudonyms.create(tmp_path / "names")
    (tmp_path / "names").chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"):
        Pseudonyms.load(tmp_path / "names")


@pytest.mark.parametrize(
    "raw",
    [
        '{"format":"ektp-pseudonym/1","secret":"00"}',
        '{"format":"ektp-pseudonym/1","secret":"no"}',
        '{"format":"ektp-key/1","secret":"' + "00" * 32 + '"}',
    ],
)
def test_a_file_without_a_whole_secret_is_refused(tmp_path: Path, raw: str) -> None:
    (tmp_path / "names").write_text(raw)
    (tmp_path / "names").chmod(0o600)
    with pytest.raises(Refused, match="BAD_FILE"):
        Pseudonyms.load(tmp_path / "names")


@pytest.mark.parametrize("text", ["", NIK[:-1], NIK + "1", NIK[:-1] + "x", NIK[:-1] + "٣", NIK[:-1] + " "])
def test_what_is_no_nik_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(Refused, match="BAD_NIK") as caught:
        Pseudonyms(SECRET).person(text)
    assert NIK[4:15] not in str(caught.value)


def test_the_secret_is_whole_and_never_shown() -> None:
    assert SECRET.hex() not in repr(Pseudonyms(SECRET))
    assert repr(SECRET) not in repr(Pseudonyms(SECRET))
    with pytest.raises(Refused, match="BAD_VALUE"):
        Pseudonyms(SECRET[:-1])

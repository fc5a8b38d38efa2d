"""A key in a token: SoftHSM stands in for one that has to be plugged in."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.role import Hand
from ektp_keys.book_key import key_of_book
from ektp_keys.public_keys import is_signed_by
from ektp_keys.token_signer import TokenPlace, create_token_key, load_token_key
from ektp_keys.transit import seal_to
from ektp_station.enrolling import Wanted, make_station
from ektp_station.journal_key import open_journal
from ektp_station.station_key import load_book_key, load_station_key, station_key_id

PIN, LABEL = "87654321", "station/52.03/1"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm.so", "/usr/lib/pkcs11/libsofthsm2.so")
Find = Callable[[str, str], str]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for tokens: the module reads its settings once in a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    return folder


@pytest.fixture
def place(
    tokens: Path, needs_system: Find, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> TokenPlace:
    pytest.importorskip("pkcs11", reason="needs the extra `token`")
    tool = needs_system("softhsm2-util", "softhsm2")
    module = next((one for one in MODULES if Path(one).exists()), None)
    if module is None:
        pytest.skip("the module of SoftHSM is nowhere it usually lies")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tokens / "softhsm2.conf"))
    name = request.node.name[-30:]
    made = [tool, "--init-token", "--free", "--label", name, "--so-pin", "12345678", "--pin", PIN]
    subprocess.run(made, check=True, capture_output=True)
    import pkcs11

    pkcs11.lib(module).reinitialize()  # it knows only the tokens it saw when it began
    return TokenPlace(module, name, LABEL)


def test_it_signs_and_unseals_as_a_key_in_a_file_does(tmp_path: Path, place: TokenPlace) -> None:
    made = create_token_key(tmp_path / "station.token", LABEL, Hand.STATION, place, PIN)
    made.close()
    signer = load_token_key(tmp_path / "station.token", PIN)
    assert (signer.owner, signer.hand, signer.key_id, signer.protected) == (LABEL, Hand.STATION, made.key_id, True)
    signature = signer.sign(b"message")
    assert is_signed_by(signer.public, b"message", signature) and not is_signed_by(signer.public, b"other", signature)
    assert signer.unseal(seal_to(signer.public, b"somebody", b"for"), b"for") == b"somebody"
    with pytest.raises(Refused) as caught:
        signer.unseal(seal_to(signer.public, b"somebody", b"for"), b"for something else")
    assert caught.value.refusal is Refusal.MALFORMED
    signer.close()


def test_its_private_half_does_not_come_out(tmp_path: Path, place: TokenPlace) -> None:
    from pkcs11 import Attribute

    signer = create_token_key(tmp_path / "station.token", LABEL, Hand.STATION, place, PIN)
    assert signer._key[Attribute.EXTRACTABLE] is False and signer._key[Attribute.SENSITIVE] is True
    assert PIN not in (tmp_path / "station.token").read_text() + repr(signer)
    signer.close()


@pytest.mark.parametrize(("pin", "shape"), [(None, "its key lies in a token"), ("11111111", "PinIncorrect")])
def test_without_its_pin_it_is_refused(tmp_path: Path, place: TokenPlace, pin: str | None, shape: str) -> None:
    create_token_key(tmp_path / "station.token", LABEL, Hand.STATION, place, PIN).close()
    with pytest.raises(Refused, match=shape) as caught:
        load_token_key(tmp_path / "station.token", pin)
    assert caught.value.refusal is Refusal.BAD_FILE


def test_a_token_that_is_not_plugged_in_is_refused(tmp_path: Path, place: TokenPlace) -> None:
    elsewhere = TokenPlace(place.module, "another token", LABEL)
    with pytest.raises(Refused, match="NoSuchToken"):
        create_token_key(tmp_path / "station.token", LABEL, Hand.STATION, elsewhere, PIN)
    nowhere = TokenPlace("/no/such/module.so", place.token, LABEL)
    with pytest.raises(Refused, match="does not answer"):
        create_token_key(tmp_path / "station.token", LABEL, Hand.STATION, nowhere, PIN)
    assert not (tmp_path / "station.token").exists()


def test_another_key_under_the_same_name_is_refused(tmp_path: Path, place: TokenPlace) -> None:
    create_token_key(tmp_path / "station.token", LABEL, Hand.STATION, place, PIN).close()
    path = tmp_path / "station.token"
    text = path.read_text()
    at = text.index('"public":"') + 12
    path.write_text(text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :])
    with pytest.raises(Refused, match="another key"):
        load_token_key(path, PIN)


# -- a station whose key is in a token -----------------------------------------------------------------


@pytest.mark.rule(40)
def test_a_station_is_enrolled_with_a_token_and_its_book_opens_with_token_and_pin_alone(
    tmp_path: Path, place: TokenPlace
) -> None:
    folder, wanted = tmp_path / "station", Wanted(LABEL, "http://127.0.0.1:1", "Mesin 1", ("v5",))
    fingerprint = make_station(folder, wanted, PIN, 1, place)
    assert make_station(folder, wanted, PIN, 2) == fingerprint  # asked again: the same key
    assert not (folder / "station.key").exists()
    signer = load_station_key(folder, PIN)
    assert station_key_id(folder) == signer.key_id
    key = open_journal(folder, PIN, signer).key
    assert load_book_key(folder, PIN, signer) == key
    signer.close()  # type: ignore[attr-defined]  # it is a token's
    assert load_book_key(folder, PIN) == load_book_key(folder, PIN) == key
    with pytest.raises(Refused, match="PinIncorrect"):
        load_book_key(folder, "11111111")
    with pytest.raises(Refused, match="sealed to the key in a token"):
        key_of_book(folder / "station.db", PIN)

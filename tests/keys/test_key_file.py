"""Key files: what was made is loaded, what was changed is not, and nothing shows the secret."""

import hashlib
import json
import random
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from ektp_core.boundary.signer import Signer, Unsealer
from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.role import Hand
from ektp_keys import key_file, passphrase
from ektp_keys.key_file import create_key, load_key, read_key
from ektp_keys.public_keys import PublicKeys
from ektp_keys.transit import seal_to

PASSPHRASE = "kata sandi yang panjang"


def refused_by(path: Path, passphrase: str | None) -> Refused:
    with pytest.raises(Refused) as caught:
        load_key(path, passphrase)
    assert caught.value.refusal is Refusal.BAD_FILE
    return caught.value


def change(path: Path, **fields: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize("passphrase", [PASSPHRASE, None])
def test_a_key_that_was_made_is_loaded_and_does_the_same(tmp_path: Path, passphrase: str | None) -> None:
    made = create_key(tmp_path / "key", "officer/budi", Hand.OFFICER, passphrase)
    loaded = load_key(tmp_path / "key", passphrase)
    signer: Signer = loaded
    unsealer: Unsealer = loaded
    assert (loaded.owner, loaded.hand, loaded.key_id) == ("officer/budi", Hand.OFFICER, made.key_id)
    assert loaded.protected is (passphrase is not None)
    assert PublicKeys({made.key_id: made.public}).verify(signer.key_id, b"x", signer.sign(b"x"))
    assert unsealer.unseal(seal_to(made.public, b"y", b"for it"), b"for it") == b"y"


def test_the_id_is_the_beginning_of_the_digest_of_the_public_key(tmp_path: Path) -> None:
    made = create_key(tmp_path / "key", "hub", Hand.HUB, None)
    assert made.key_id == hashlib.sha256(made.public).hexdigest()[:16]
    assert len(made.public) == 64


def test_a_file_says_whose_it_is_without_its_passphrase(tmp_path: Path) -> None:
    made = create_key(tmp_path / "key", "station/52.03/1", Hand.STATION, PASSPHRASE)
    found = read_key(tmp_path / "key")
    assert (found.owner, found.hand, found.key_id, found.public, found.protected) == (
        "station/52.03/1",
        Hand.STATION,
        made.key_id,
        made.public,
        True,
    )
    with pytest.raises(Refused, match="it is protected"):
        found.unlock()


def test_the_same_passphrase_typed_with_other_accents_opens_it(tmp_path: Path) -> None:
    create_key(tmp_path / "key", "hub", Hand.HUB, "kafé-kafé-kafé")
    assert load_key(tmp_path / "key", "kafe\u0301-kafe\u0301-kafe\u0301").owner == "hub"


def test_a_wrong_passphrase_is_refused_saying_what_is_expected(tmp_path: Path) -> None:
    create_key(tmp_path / "key", "hub", Hand.HUB, PASSPHRASE)
    refused = refused_by(tmp_path / "key", PASSPHRASE + "!")
    assert refused.facts["expected"] == "the passphrase it was made with"
    assert PASSPHRASE not in str(refused)


@pytest.mark.parametrize("passphrase", ["", "seven77"])
def test_a_short_passphrase_is_refused_and_leaves_no_file(tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(Refused, match="at least 8 characters"):
        create_key(tmp_path / "key", "hub", Hand.HUB, passphrase)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"owner": "officer/sari"},
        {"hand": "officer"},
        {"key_id": "0123456789abcdef"},
        {"public": "00" * 64},
        {"salt": "00" * 16},
        {"salt": ""},
        {"secret": "00" * 92},
        {"secret": ""},
        {"secret": "no"},
        {"public": "no"},
        {"kdf": "scrypt"},
        {"kdf": "rot13"},
        {"kdf": ""},
        {"protected": False},
        {"protected": False, "kdf": ""},
        {"format": "ektp-key/2"},
        {"hand": "foot"},
    ],
)
def test_a_file_changed_in_any_field_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    create_key(tmp_path / "key", "hub", Hand.HUB, PASSPHRASE)
    change(tmp_path / "key", **changed)
    refused_by(tmp_path / "key", PASSPHRASE)


def test_an_open_file_with_another_public_key_is_refused(tmp_path: Path) -> None:
    other = create_key(tmp_path / "other", "hub", Hand.HUB, None)
    create_key(tmp_path / "key", "hub", Hand.HUB, None)
    change(tmp_path / "key", public=other.public.hex(), key_id=other.key_id)
    assert "do not belong together" in str(refused_by(tmp_path / "key", None))


def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path / "key", "hub", Hand.HUB, None)
    (tmp_path / "key").chmod(0o644)
    assert "chmod 600" in str(refused_by(tmp_path / "key", None))


def test_no_repr_and_no_protected_file_shows_a_secret(tmp_path: Path) -> None:
    secret = bytes(range(64))
    made = create_key(tmp_path / "key", "hub", Hand.HUB, PASSPHRASE, lambda size: secret[:size])
    shown = repr(made) + repr(read_key(tmp_path / "key")) + (tmp_path / "key").read_text()
    for part in (secret[:32], secret[32:]):
        assert part.hex() not in shown
        assert repr(part)[2:20] not in shown
    assert PASSPHRASE not in shown
    open_file = create_key(tmp_path / "open", "hub", Hand.HUB, None, lambda size: secret[:size])
    assert secret.hex() not in repr(open_file) + repr(read_key(tmp_path / "open"))


def test_the_same_entropy_makes_the_same_key(tmp_path: Path) -> None:
    first = create_key(tmp_path / "a", "hub", Hand.HUB, None, random.Random(7).randbytes)
    second = create_key(tmp_path / "b", "hub", Hand.HUB, None, random.Random(7).randbytes)
    assert first.public == second.public
    assert first.public != create_key(tmp_path / "c", "hub", Hand.HUB, None).public


def test_a_key_whose_id_looks_like_a_citizens_number_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = iter(["5203054408999001", "52030544089990f1"])
    monkeypatch.setattr(key_file, "key_id_of", lambda public: next(ids))
    assert create_key(tmp_path / "key", "hub", Hand.HUB, None).key_id == "52030544089990f1"


def test_where_argon2id_is_missing_scrypt_protects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**costs: object) -> None:
        raise UnsupportedAlgorithm("argon2id")

    create_key(tmp_path / "newer", "hub", Hand.HUB, PASSPHRASE)
    monkeypatch.setattr(passphrase, "Argon2id", missing)
    create_key(tmp_path / "key", "hub", Hand.HUB, PASSPHRASE)
    assert json.loads((tmp_path / "key").read_text())["kdf"] == "scrypt"
    assert load_key(tmp_path / "key", PASSPHRASE).owner == "hub"
    assert "argon2id is missing" in str(refused_by(tmp_path / "newer", PASSPHRASE))

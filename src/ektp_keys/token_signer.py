"""A key in a token (kunci dalam token PKCS#11): it signs inside, and its private half never comes out.

Beside the station lies a file that names module, token and label, and nothing secret; the PIN
is handed in like a passphrase. Signing is Ed25519 by its object id (1.3.101.112), made inside
the token, not extractable. The half to which personal data is sealed (X25519) lies in the same
token as a private object: the PIN guards it, but whoever has token and PIN can read it, because
few tokens know that curve. Needs the extra `token`. Which token it is, is not known here.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import field, frozen
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from ektp_core.errors import Refused
from ektp_core.vocabulary.role import Hand
from ektp_keys.entropy import Entropy
from ektp_keys.private_file import bad_file, read_private, write_private
from ektp_keys.public_keys import HALF_BYTES, key_id_of
from ektp_keys.transit import open_sealed

FORMAT = "ektp-token/1"
ED25519 = "1.3.101.112"


@frozen
class TokenPlace:
    """Where the key is. `module`: the library of the token's maker; `label`: of the key in the token."""

    module: str
    token: str
    label: str


@frozen
class _Stored:
    """The fields of the file, in the order they are written."""

    format: str
    owner: str
    hand: Hand
    key_id: str
    public: str
    module: str
    token: str
    label: str


@frozen(eq=False)
class TokenSigner:
    """A key in an open token: signs, and unseals what was sealed to its public key."""

    owner: str
    hand: Hand
    key_id: str
    public: bytes = field(repr=False)
    _key: Any = field(repr=False)
    _session: Any = field(repr=False)
    _sealing: bytes = field(repr=False)
    _turn: threading.Lock = field(factory=threading.Lock, repr=False)  # a session serves one thread at a time
    protected: bool = True

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature over exactly these bytes."""
        from pkcs11 import Mechanism

        with self._turn:
            made: bytes = self._key.sign(message, mechanism=Mechanism.EDDSA)
            return made

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed to this key in that context. Raises MALFORMED when it was not."""
        return open_sealed(self._sealing, sealed, context)

    def close(self) -> None:
        """Log out of the token."""
        with self._turn:
            self._session.close()


@frozen
class TokenFile:
    """What the file says without token and PIN."""

    owner: str
    hand: Hand
    key_id: str
    public: bytes = field(repr=False)


def read_token_file(path: Path) -> TokenFile:
    """Whose key the file names, and its public halves; they are proven when the token is opened.

    Raises:
        Refused: BAD_FILE when it is missing, open to others, or no such file.
    """
    stored = _stored(path)
    try:
        public = bytes.fromhex(stored.public)
    except ValueError:
        raise bad_file(path, "public is not hexadecimal", "an unchanged file") from None
    return TokenFile(stored.owner, stored.hand, stored.key_id, public)


def create_token_key(
    path: Path, owner: str, hand: Hand, place: TokenPlace, pin: str, *, entropy: Entropy = os.urandom
) -> TokenSigner:
    """Make a new key in a token, and the file that names it.

    Raises:
        Refused: BAD_FILE when the file exists, or the token is missing, locked or cannot do it.
    """
    if path.exists():
        raise bad_file(path, "it exists already", "the name of a new file")
    with _told(path):
        session = _session(place, pin)
        try:
            signing = _made(session, place.label)
            sealing = entropy(HALF_BYTES)
            _keep(session, place.label, sealing)
            public = signing + X25519PrivateKey.from_private_bytes(sealing).public_key().public_bytes_raw()
        finally:
            session.close()
    stored = _Stored(
        FORMAT, owner, hand, key_id_of(public), public.hex(), place.module, place.token, place.label
    )  # fmt: skip
    write_private(path, stored)
    return load_token_key(path, pin)


def load_token_key(path: Path, pin: str | None) -> TokenSigner:
    """The key that a file names, in its token; the session stays open.

    Raises:
        Refused: BAD_FILE for a missing or wrong PIN, a token that is not there, or another key than the file's.
    """
    stored = _stored(path)
    if pin is None:
        raise bad_file(path, "its key lies in a token", "the token's PIN")
    with _told(path):
        session = _session(TokenPlace(stored.module, stored.token, stored.label), pin)
        try:
            key, signing, sealing = _found(session, stored.label)
        except BaseException:
            session.close()
            raise
    public = signing + X25519PrivateKey.from_private_bytes(sealing).public_key().public_bytes_raw()
    if (public.hex(), key_id_of(public)) != (stored.public, stored.key_id):
        session.close()
        raise bad_file(path, "the token holds another key", "the token it was made with")
    return TokenSigner(stored.owner, stored.hand, stored.key_id, public, key, session, sealing)


def _stored(path: Path) -> _Stored:
    stored = read_private(path, _Stored)
    if stored.format != FORMAT:
        raise bad_file(path, "it is of another format", FORMAT)
    return stored


def _session(place: TokenPlace, pin: str) -> Any:
    import pkcs11

    return pkcs11.lib(place.module).get_token(token_label=place.token).open(user_pin=pin, rw=True)


def _made(session: Any, label: str) -> bytes:
    from pkcs11 import Attribute, KeyType, Mechanism
    from pkcs11.util.ec import encode_named_curve_parameters

    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(ED25519)}
    parameters = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
    public, _ = parameters.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label)
    return bytes(public[Attribute.EC_POINT])[-HALF_BYTES:]


def _keep(session: Any, label: str, sealing: bytes) -> None:
    from pkcs11 import Attribute, ObjectClass

    session.create_object(
        {
            Attribute.CLASS: ObjectClass.DATA,
            Attribute.TOKEN: True,
            Attribute.PRIVATE: True,
            Attribute.LABEL: _sealing_label(label),
            Attribute.VALUE: sealing,
        }
    )


def _found(session: Any, label: str) -> tuple[Any, bytes, bytes]:
    from pkcs11 import Attribute, ObjectClass

    key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=label)
    public = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label)
    wanted = {Attribute.CLASS: ObjectClass.DATA, Attribute.LABEL: _sealing_label(label)}
    (sealing,) = [bytes(one[Attribute.VALUE]) for one in session.get_objects(wanted)]
    return key, bytes(public[Attribute.EC_POINT])[-HALF_BYTES:], sealing


def _sealing_label(label: str) -> str:
    return f"{label} (sealing)"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what goes wrong inside into the refusal of the file that names the token."""
    expected = "the extra `token`, the token itself and its PIN"
    try:
        import pkcs11
    except ImportError:
        raise bad_file(path, "the program for tokens is not installed", expected) from None
    try:
        yield
    except Refused:
        raise
    except (pkcs11.PKCS11Error, RuntimeError, ValueError) as error:
        raise bad_file(path, f"the token does not answer as it should ({type(error).__name__})", expected) from None

"""A station's folder and book are founded from what the hub exported (pendirian buku).

The export is one envelope signed by the hub with everything the station must know to check
messages: itself, its office, the officers, all public keys, the policy. The hub's key is
known from the export's own list; whoever brings the folder to the station vouches for it,
as for the station's private key beside it.
"""

from pathlib import Path

from ektp_core.boundary.store import Store, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import decoding
from ektp_core.flow.founding import Found, Register
from ektp_core.flow.rows import Key, Station
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.asks import read_ask
from ektp_core.wire.chain import read_header
from ektp_core.wire.envelope import Envelope, PayloadType, check_addressee, open_envelope
from ektp_keys.public_keys import PublicKeys
from ektp_station.config import BOOK_FILE, FOUNDING_FILE


def found_book(store: Store, folder: Path, station: str, now_ms: int) -> None:
    """Write the first commit of a new book; an existing book is left alone.

    Raises:
        Refused: BAD_FILE without an export; what the envelope and the founding ask refuse.
    """
    if store.position().seq:
        return
    first, digest = read_founding(folder, station)
    answer = store.commit([Work(Ask("founding", Found(first), (), now_ms, digest))], now_ms)[0]
    if isinstance(answer, Refused):
        raise answer


def check_founding(folder: Path, station: str) -> None:
    """Before a book is made: an empty one would bar the way to the centre's answer.

    Raises:
        Refused: as `read_founding`, where there is no book yet.
    """
    if not (folder / BOOK_FILE).exists():
        read_founding(folder, station)


def check_identity(store: Store, station: str, key: str) -> None:
    """Refuse to work in the name of another station, or with a key the hub would not take anything from.

    Raises:
        Refused: WRONG_ADDRESSEE for another station's book; UNKNOWN_KEY, NOT_ALLOWED for the key.
    """
    with store.read() as view:
        here = [one.station for one in view.rows(Station)]
        row = view.row(Key, key)
    if station not in here:
        raise Refused(Refusal.WRONG_ADDRESSEE, {"meant": ", ".join(here) or "nobody", "here": station})
    if row is None:
        raise Refused(Refusal.UNKNOWN_KEY, {"key": key})
    if (row.hand, row.owner) != (Hand.STATION, station):
        raise Refused(Refusal.NOT_ALLOWED, {"who": row.owner, "needs": f"the key of {station}"})


def read_founding(folder: Path, station: str) -> tuple[Register, bytes]:
    """The registrations of the export, and their digest."""
    path = folder / FOUNDING_FILE
    try:
        raw = path.read_bytes()
    except OSError:
        facts = {"file": str(path), "shape": "it is not there", "expected": "the export made by the hub"}
        raise Refused(Refusal.BAD_FILE, facts) from None
    _, body = read_ask(Envelope.from_json(raw).payload)
    if not isinstance(body, Register):
        facts = {"file": str(path), "shape": "another kind of message", "expected": "the hub's registrations"}
        raise Refused(Refusal.BAD_FILE, facts)
    with decoding("register.keys"):
        hub_keys = {key.key: bytes.fromhex(key.public) for key in body.keys if key.hand is Hand.HUB}
    opened = open_envelope(raw, PayloadType.ASK, PublicKeys(hub_keys))
    message, _ = read_ask(opened.payload)
    check_addressee(message.to, station)
    return body, opened.digest


def last_sealed_ms(store: Store) -> int:
    """The time of the book's last commit; 0 for an empty book."""
    sealed = store.sealed_since(store.position().n - 1, 1)
    return read_header(sealed[0].header).at_ms if sealed else 0

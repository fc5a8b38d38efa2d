"""Codes read out on the telephone, checked (pintu kode pelepasan): rule 19, decision 0017.

A code that fits puts the station's key beside the officer's, as if the station had signed. One that
does not fit becomes a note in the book, so that it is counted also when this process ends, and the
officer is refused. A code that was misheard is refused before it is counted.
"""

from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.releasing import AcceptRelease, NoteWrongCode
from ektp_core.flow.rows import Key, Station
from ektp_core.flow.view import View
from ektp_core.vocabulary.role import Hand
from ektp_core.wire.release import ReleaseByCode
from ektp_keys.public_keys import HALF_BYTES
from ektp_keys.release_code import Agree, CodeSecret, typed

#: What the ids of the notes about wrong codes begin with; nobody else uses such an id.
NOTED = "wrong-code/"


def release_work(view: View, ask: Ask, body: ReleaseByCode, agree: Agree | None) -> Work:
    """The release, signed by the station too if the code is its; else the note that it is not.

    Raises:
        Refused: UNKNOWN_STATION; BAD_VALUE for a code that was misheard; NOT_ALLOWED for a station without a
            key a code can be made with, and where this hub's own key cannot check one.
    """
    if view.row(Station, body.station) is None:
        raise Refused(Refusal.UNKNOWN_STATION, {"station": body.station[:64]})
    code = typed(body.code)
    for station in _keys(view, Hand.STATION, body.station) if agree else ():
        for hub in _keys(view, Hand.HUB, ""):
            secret = CodeSecret.of(agree, station.public, hub.public, station.public) if agree else None
            if secret and secret.fits(code, body.station, body.record, body.n):
                accept = AcceptRelease(body.record, body.n)
                return Work(evolve(ask, body=accept, signed_by=(*ask.signed_by, station.key)))
    if agree is None or not _keys(view, Hand.STATION, body.station):
        raise Refused(Refusal.NOT_ALLOWED, {"who": body.station, "needs": "a key that codes are made with"})
    # Under an id of its own: the exact repeat is counted once, and the ask's id is free for the right code.
    noted = NoteWrongCode(body.station, body.record, body.n)
    return Work(evolve(ask, id=f"{NOTED}{ask.digest.hex()}", body=noted))


def _keys(view: View, hand: Hand, owner: str) -> list[Key]:
    """Keys in force that can also agree on a secret."""
    return [
        key
        for key in view.rows(Key)
        if key.hand is hand and owner in ("", key.owner) and not key.revoked and len(key.public) == 2 * HALF_BYTES
    ]

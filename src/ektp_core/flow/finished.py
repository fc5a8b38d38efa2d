"""A finished card as asks find it (kartu jadi): its attempt, where it lies, and whether it may be used."""

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.cards import stop_of
from ektp_core.flow.events import Moved
from ektp_core.flow.locks import at_attempt, attempt_of, lock_of
from ektp_core.flow.rows import Attempt
from ektp_core.flow.signers import Signers, of_office
from ektp_core.flow.view import View
from ektp_core.lock.step import allowed
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.state import LockState


def finished_card(view: View, record: str, n: int, act: str) -> Attempt:
    """The attempt of a printed card.

    Raises:
        Refused: UNKNOWN_RECORD, STALE_ATTEMPT, NO_SUCH_STEP when the record is not printed.
    """
    lock = lock_of(view, record)
    at_attempt(lock, n)
    if lock.state is not LockState.PRINTED:
        names = ", ".join(one.name for one in allowed(lock.state)) or "nothing"
        raise Refused(
            Refusal.NO_SUCH_STEP, {"record": record, "state": lock.state.name, "event": act, "allowed": names}
        )
    return attempt_of(view, lock)


def refuse_stopped(view: View, card: Attempt) -> None:
    """Refuse a card that must never be accepted again.

    Raises:
        Refused: CARD_STOPPED.
    """
    stop = stop_of(view, card)
    if stop:
        raise Refused(Refusal.CARD_STOPPED, {"record": card.record, "why": stop.why})


def out_of_hold(view: View, card: Attempt, target: Bucket) -> Moved:
    """The movement of a held card to another bucket of whoever holds it.

    Raises:
        Refused: NOT_HELD, naming where it is.
    """
    run = view.covering(card.series, card.number)
    if run is None or run.bucket is not Bucket.GOOD_HELD:
        place = run.bucket.name if run else "no bucket"
        raise Refused(
            Refusal.NOT_HELD,
            {
                "serials": (f"{card.series} {card.number}",),
                "party": run.party if run else card.station,
                "bucket": f"{Bucket.GOOD_HELD.name} (it is in {place})",
            },
        )
    name, one = f"{card.record}/{card.n}", card.number
    return Moved(card.series, one, one, run.party, run.bucket, run.party, target, name)


def of_holder(view: View, who: Signers, card: Attempt) -> None:
    """Refuse an officer of another office than the one where the card lies (rule 20).

    Raises:
        Refused: NOT_ALLOWED.
    """
    run = view.covering(card.series, card.number)
    of_office(who, PartyId(run.party if run else card.station).home.value)

"""The station's side of the link to its hub (sambungan ke hub): feed in, chain out, and when to try again.

A dead link stops nothing here: it only waits longer. What comes from a hub whose word does not
fit this book stops the printing for good. After a start no card is begun before the hub was heard
or found away: a book that was set back is stopped by its first word (lock.md, Rollback).
"""

from attrs import evolve

from ektp_core.boundary.store import Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.codec import to_json
from ektp_core.flow.moving import waits
from ektp_core.flow.rows import Desk
from ektp_core.flow.station_book import TakeFeed
from ektp_core.flow.view import View
from ektp_core.wire.upload import Receipt
from ektp_station.messages import (
    Acknowledged,
    Alarm,
    FeedCame,
    Fetch,
    HubHeard,
    Lacking,
    LinkFailed,
    Persisted,
    Remember,
    StationState,
    Upload,
)
from ektp_station.stepping import Stepped, persist

#: Refusals that mean this book or its feed cannot be trusted: no card is started any more.
FATAL = frozenset({Refusal.FEED_FORK, Refusal.ROLLED_BACK, Refusal.CHAIN_FORK, Refusal.NOT_BOTH_SIGNED})

#: The note that says why printing is stopped for good.
STOPPED = "stopped"

#: How long after a start the hub is waited for before a card is begun without its word.
WAIT_HUB_MS = 10_000

#: By how much the hub may take back its time before somebody is told.
JUMP_MS = 60_000

#: No feed is as long: what comes is the hub's word alone.
WORD_ONLY = 2**52

#: The longest anything but the link waits (looks at a printer, rests, returns).
WAIT_MS = 1_000


def fetch(state: StationState, view: View, now_ms: int) -> Stepped:
    """Ask for the feed when it is time."""
    if state.no_room:
        # What comes would take the room of the cards under way. The hub is waited for again when there is some.
        is_unheard = state.wait_hub_ms > 0
        return (evolve(state, wait_hub_ms=now_ms + WAIT_HUB_MS) if is_unheard else state), ()
    if state.fetching or state.stopped_why or now_ms < state.next_fetch_ms:
        return state, ()
    if waits(view, state.settings.station, state.acked_n):
        # Nothing is taken now; but the hub's word says whether this book goes on elsewhere, or is an older copy.
        return evolve(state, fetching=True), (Fetch(WORD_ONLY),)
    desk = view.row(Desk, state.settings.station)
    return evolve(state, fetching=True), (Fetch(desk.taken_m if desk else 0),)


def upload(state: StationState, view: View, now_ms: int) -> Stepped:
    """Bring what is sealed and not acknowledged."""
    after = state.acked_n if state.gap_n is None else state.gap_n
    if state.uploading or view.position.n <= after or now_ms < state.next_upload_ms:
        return state, ()
    return evolve(state, uploading=True), (Upload(after),)


def feed_came(state: StationState, what: FeedCame, now_ms: int) -> Stepped:
    """Entries are taken in one commit. They do not end the wait for the hub's word: somebody may keep that back."""
    state = evolve(state, wait_ms=0, next_fetch_ms=now_ms + state.settings.poll_ms)
    works = tuple(
        Work(Ask("", TakeFeed(one.body, one.digest), (one.signed_by,), now_ms, one.digest), one.payloads)
        for one in what.entries
    )
    if not works:
        return evolve(state, fetching=False), ()
    return persist(state, works, "feed")


def feed_taken(state: StationState, what: Persisted, now_ms: int) -> Stepped:
    """The next fetch at once; an entry that was refused may end the printing."""
    state = evolve(state, fetching=False, next_fetch_ms=now_ms)
    refused = next((one for one in what.answers if isinstance(one, Refused)), None)
    if refused is None or refused.refusal is Refusal.FEED_GAP:
        return state, ()
    return stopped(evolve(state, next_fetch_ms=now_ms + state.settings.poll_ms), refused)


def stopped(state: StationState, why: Refused) -> Stepped:
    """Print no more where the refusal says that book and feed do not fit."""
    fatal = why.refusal in FATAL
    told = Alarm("printing is stopped" if fatal else "an entry was not taken", {"why": str(why)})
    if not fatal:
        return state, (told,)
    # Kept outside the chain, so that a crash does not make the station forget that it may not print.
    return evolve(state, stopped_why=str(why)), (Remember(STOPPED, str(why).encode()), told)


def acknowledged(state: StationState, what: Acknowledged, now_ms: int) -> Stepped:
    """What the hub has taken need not be brought again.

    Only a signed word says what it has taken, or stops this station for good. An unsigned answer, which anybody
    on the line can make, brings commits again, or lets the station begin no card until the hub's word is heard.
    """
    state = evolve(state, uploading=False)
    if isinstance(what.answer, Receipt):
        kept = Remember("receipt", to_json(what.answer))
        return evolve(state, acked_n=what.answer.n, gap_n=None, next_upload_ms=now_ms, wait_ms=0), (kept,)
    if what.answer.refusal is Refusal.CHAIN_GAP:
        absorbed = what.answer.facts.get("absorbed")
        # Asked again after a while only: a hub that says so again would be asked without end.
        wait_ms = _longer(state)
        gap_n = min(absorbed, state.acked_n) if isinstance(absorbed, int) and absorbed >= 0 else 0
        return evolve(state, gap_n=gap_n, wait_ms=wait_ms, next_upload_ms=now_ms + wait_ms), ()
    waited = evolve(state, wait_ms=0, next_upload_ms=now_ms + state.settings.retry_most_ms)
    if what.is_signed or what.answer.refusal not in FATAL:
        return stopped(waited, what.answer)
    told = Alarm("the hub is said to refuse this book; its own word decides", {"why": str(what.answer)})
    return evolve(waited, unfit_ms=waited.next_upload_ms + WAIT_HUB_MS, next_fetch_ms=now_ms), (told,)


def _longer(state: StationState) -> int:
    return min(max(state.wait_ms * 2, state.settings.retry_ms), state.settings.retry_most_ms)


def hub_heard(state: StationState, what: HubHeard, now_ms: int) -> Stepped:
    """The time is sure from here on; a book without the hub's last commit of it is an older copy."""
    state = _set_back(evolve(state, is_time_sure=True, is_time_known=True, wait_hub_ms=0, unfit_ms=0), now_ms)
    is_jump = what.back_ms > JUMP_MS
    told = (Alarm("the hub takes back the time it had said", {"by_ms": what.back_ms}),) if is_jump else ()
    if what.is_ours or state.stopped_why:
        return state, told
    state, effects = stopped(state, Refused(Refusal.ROLLED_BACK, {"n": what.chain_n}))
    return state, (*told, *effects)


def _set_back(state: StationState, now_ms: int) -> StationState:
    """Nothing waits for a moment of a time that was only guessed."""
    presses = {name: evolve(one, until_ms=min(one.until_ms, now_ms + WAIT_MS)) for name, one in state.presses.items()}
    return evolve(
        state,
        presses=presses,
        next_fetch_ms=min(state.next_fetch_ms, now_ms + state.settings.poll_ms),
        next_upload_ms=min(state.next_upload_ms, now_ms + state.settings.retry_most_ms),
        next_return_ms=min(state.next_return_ms, now_ms + WAIT_MS),
    )


def lacking(state: StationState, what: Lacking) -> Stepped:
    """An authorisation without its personal data is not begun; it ends by a recall, or by its time."""
    new = sorted(what.attempts - state.lacking)
    alarms = tuple(Alarm("the personal data of a record is not here", {"record": record, "n": n}) for record, n in new)
    return evolve(state, lacking=what.attempts), alarms


def link_failed(state: StationState, what: LinkFailed, now_ms: int) -> Stepped:
    """Wait longer after each failure; printing goes on with the authorisations held."""
    wait_ms = _longer(state)
    state = evolve(state, wait_ms=wait_ms, wait_hub_ms=0)
    if what.was_upload:
        return evolve(state, uploading=False, next_upload_ms=now_ms + wait_ms), ()
    return evolve(state, fetching=False, next_fetch_ms=now_ms + wait_ms), ()

"""What must be true of everything a driver says (hukum pernyataan driver), whatever went wrong.

Each law compares one thing the driver said with the plastic as it lies at that moment. A driver may
always say that it does not know, or raise; it may never be sure of what is not so.
"""

from collections.abc import Callable
from typing import TypeVar

from ektp_core.boundary.card_printer import Can, CardPosition, CardPrinter, CounterName, DriverError, JobRecord, Look
from ektp_core.boundary.driver_bench import CardOnBench, Lies, Strike
from ektp_core.vocabulary.verdict import BlankPlace, Certainty, Outcome, Verdict
from ektp_testing.driver_kit.likeness import is_like
from ektp_testing.driver_kit.stage import Stage

T = TypeVar("T")

#: A counter of fewer bits begins anew too often to prove anything; a station takes no other.
WIDTHS_BITS = range(8, 65)
#: After these a device was off, or a person switched it off.
_OFF = {Strike.POWER_CUT, Strike.SILENCE}
_NOWHERE = (CardPosition.NONE, CardPosition.UNKNOWN)
_PLACES = {
    BlankPlace.IN_PRINTER: (Lies.INSIDE,),
    BlankPlace.OUTPUT: (Lies.OUTPUT, Lies.TAKEN),
    BlankPlace.REJECT: (Lies.REJECT, Lies.TAKEN),
}


def ink_once(stage: Stage) -> tuple[CardOnBench, ...]:
    """No card is marked twice, no job on two cards, none with another's picture; gives the cards at rest."""
    cards = stage.cards()
    for card in cards:
        stage.expect(card.marks <= 1, f"card {card.number} was marked {card.marks} times")
    keys = [key for card in cards for key in card.job_keys if key]
    twice = {key for key in keys if keys.count(key) > 1}
    stage.expect(not twice, "one job was marked more than once: one leave to print gave two cards")
    strangers = set(keys) - stage.begun
    stage.expect(not strangers, "a card was marked for a job that nobody gave leave for, or long ago")
    inked = [card.number for card in cards if card.marks and (not card.job_keys or any(card.job_keys))]
    stage.expect(
        len(inked) <= len(stage.begun), f"{len(stage.begun)} leaves were used, and {len(inked)} cards have ink"
    )
    pictures_are_their_own(stage, cards)
    return cards


def pictures_are_their_own(stage: Stage, cards: tuple[CardOnBench, ...]) -> None:
    """On a whole card stands the picture of the leave it was marked for: the right person's face."""
    for card in cards:
        own = [stage.arts[key] for key in card.job_keys if key in stage.arts]
        if card.whole and own:
            stage.expect(card.picture, f"card {card.number} is whole, and its bench shows no picture of it")
            is_own = all(is_like(card.picture, art.front_png) for art in own)
            stage.expect(is_own, f"card {card.number} came out with another picture than that of its leave")


def looked(stage: Stage, printer: CardPrinter, job: str, job_key: str, *, must: bool = False) -> Look | None:
    """Look, and hold everything it says against the truth; None where the device cannot be asked.

    Where nothing is wrong any more it `must` answer: a driver that never says anything is never wrong either.
    """
    look, cards = _at_rest(stage, lambda: printer.look(job, stage.patience_ms))
    if isinstance(look, DriverError):
        stage.expect(not must, f"look failed with nothing wrong: {type(look).__name__}: {look}")
        return None
    stage.expect(isinstance(look, Look), f"look gives {type(look).__name__}")
    position_is_true(stage, look, cards)
    counters_deny_no_card(stage, look, cards)
    uid_is_true(stage, look, cards)
    if look.job:
        verdict_is_true(stage, look.job.verdict, job_key, cards)
    return look


def observed(stage: Stage, printer: CardPrinter, job: str, job_key: str, *, must: bool = False) -> JobRecord | None:
    """Ask for the job, and hold the answer against the truth; it `must` answer as a look must."""
    record, cards = _at_rest(stage, lambda: printer.observe(job, stage.patience_ms))
    if isinstance(record, DriverError):
        stage.expect(not must, f"observe failed with nothing wrong: {type(record).__name__}: {record}")
        return None
    stage.expect(isinstance(record, JobRecord), f"observe gives {type(record).__name__}")
    verdict_is_true(stage, record.verdict, job_key, cards)
    return record


def _at_rest(stage: Stage, ask: Callable[[], T]) -> "tuple[T | DriverError, tuple[CardOnBench, ...]]":
    """An answer, and the cards as they lay both before and after it."""
    while True:
        cards = stage.bench.cards()
        answer = stage.attempt(ask)
        if stage.bench.cards() == cards:
            return answer, cards


def position_is_true(stage: Stage, look: Look, cards: tuple[CardOnBench, ...]) -> None:
    """A card that lies inside is never denied, and none is made up."""
    position = look.status.position
    if not stage.has(Can.CARD_POSITION):
        stage.expect(position is CardPosition.UNKNOWN, f"position {position.value} from a device that sees none")
        return
    is_inside = any(card.lies is Lies.INSIDE for card in cards)
    stage.expect(not (is_inside and position is CardPosition.NONE), "says that no card is inside; one is")
    stage.expect(is_inside or position in _NOWHERE, f"says that a card lies at {position.value}; none is inside")


def counters_deny_no_card(stage: Stage, look: Look, cards: tuple[CardOnBench, ...]) -> None:
    """A blank that left the hopper is never denied by the counter of fed cards."""
    counter, before = look.counters.get(CounterName.FED), stage.fed_before
    was_off = counter is not None and counter.resets_on == "power" and bool(stage.struck & _OFF)
    if counter is None or before is None or was_off:
        return
    stage.expect(counter.width_bits in WIDTHS_BITS, f"its counter of fed cards is {counter.width_bits} bits wide")
    gone = sum(card.lies is not Lies.HOPPER for card in cards)
    since = counter.since(before)
    least = 1 if gone and Strike.DOUBLE_FEED in stage.struck else gone
    stage.expect(since >= least, f"its counter says {since} cards were fed; {gone} left the hopper")
    is_sure = Strike.BLANK_FEED not in stage.struck
    stage.expect(not is_sure or since <= gone, f"its counter says {since} cards were fed; only {gone} left the hopper")


def uid_is_true(stage: Stage, look: Look, cards: tuple[CardOnBench, ...]) -> None:
    """The UID it names is that of the card inside."""
    if look.uid:
        inside = {card.uid.upper() for card in cards if card.lies is Lies.INSIDE}
        stage.expect(look.uid.upper() in inside, "names the UID of a card that is not inside")


def verdict_is_true(stage: Stage, said: Verdict, job_key: str, cards: tuple[CardOnBench, ...]) -> None:
    """A verdict about a job: GOOD only of a whole card and with evidence, NOT_STARTED only without ink."""
    mine = [card for card in cards if job_key and job_key in card.job_keys]
    if said.outcome is Outcome.GOOD:
        stage.expect(said.certainty.shows_a_good_card, f"GOOD on no more than {said.certainty.name}")
        stage.expect(not stage.is_opaque, "GOOD from an opaque queue")
        stage.expect(mine, "GOOD for a job that no card was marked for")
        is_seen = Strike.MISPRINT not in stage.struck  # no sensor sees a misprint; people do
        stage.expect(not is_seen or all(card.whole for card in mine), "GOOD for a card that is not whole")
        pictures_are_their_own(stage, tuple(mine))
    if stage.is_opaque:
        stage.expect(said.certainty <= Certainty.TRANSPORT, f"an opaque queue is sure by {said.certainty.name}")
    if said.outcome is Outcome.SPOILED and said.certainty >= Certainty.COUNTER:
        stage.expect(mine, "sure that a card is spoiled for a job that no card was marked for")
        stage.expect(not any(card.whole for card in mine), "sure that a card is spoiled; it is whole")
    if said.outcome is Outcome.NOT_STARTED:
        stage.expect(not any(card.marks for card in mine), "NOT_STARTED for a card with ink on it")
    if said.blank is BlankPlace.NONE:
        stage.expect(not mine, "says that no blank was taken for a job that has one")
    places = _PLACES.get(said.blank)
    if places and mine:
        stage.expect(any(card.lies in places for card in mine), f"says the card is in {said.blank.value}; it is not")

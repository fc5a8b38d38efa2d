"""The judge of the demo (penilai): the books against the supplier's manifest and the printers' truth.

It asks nobody's opinion: what each physical card is comes from the printers, where each
blank should be comes from the hub's book, and a promise that does not hold is named.
"""

from collections import Counter
from pathlib import Path
from typing import Any

from attrs import asdict, field, frozen

from ektp_cli.demo.house import House
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.flow.rows import Attempt, Holding, Lock, Record, Revoked
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockEvent
from ektp_data.regions import load_regions
from ektp_driver_virtual.truth import CardTruth
from ektp_store.sqlite import SqliteStore

_GOOD = frozenset({Bucket.GOOD_HELD, Bucket.HANDED_OVER, Bucket.VOID_HELD})
_UNUSED = frozenset({Bucket.STOCK, Bucket.RESERVED, Bucket.IN_TRANSIT})


@frozen
class Findings:
    """What the judge found. `broken` names each promise that does not hold."""

    received: int
    buckets: dict[str, int]
    good: int
    misprinted: int
    suspect: int
    reprinted: int
    conserved: bool
    double_prints: int
    broken: tuple[str, ...] = ()
    phases_s: dict[str, float] = field(factory=dict)

    def plain(self) -> dict[str, Any]:
        """As it goes into the JSON file."""
        shown = asdict(self)
        shown["seconds"] = shown.pop("phases_s")
        return {**shown, "broken": list(self.broken)}


def judge(house: House, manifest: SerialSet, suspects: int, phases_s: dict[str, float]) -> Findings:
    """Compare. The hub's process must have ended: the judge reads its book."""
    cards = {serial: card for one in house.printers.values() for serial, card in one.truth().cards.items()}
    store = SqliteStore(str(house.hub.book), Decider(load_regions()), apply)
    try:
        with store.read() as view:
            return _judged(view, manifest, cards, suspects, phases_s)
    finally:
        store.close()


def _judged(
    view: View, manifest: SerialSet, cards: dict[str, CardTruth], suspects: int, phases_s: dict[str, float]
) -> Findings:
    runs = [run for part in manifest for run in view.overlapping(part.series, part.lo, part.hi)]
    held = SerialSet(SerialRange(run.series, run.lo, run.hi) for run in runs)
    buckets = Counter[str]()
    for run in runs:
        buckets[run.bucket.name] += len(run)
    broken = [f"blanks of the manifest are not in the book: {s}" for s in (manifest - held).shown()]
    broken += _places(runs, cards)
    double = _doubles(view, cards)
    broken += [f"two good cards: {one}" for one in double]
    attempts = list(view.rows(Attempt))
    bad = (LockEvent.VERDICT_BAD, LockEvent.SETTLE_BAD, LockEvent.SETTLE_LOST)
    return Findings(
        received=len(held),
        buckets=dict(sorted(buckets.items())),
        good=sum(1 for card in cards.values() if card.printed_good),
        misprinted=sum(1 for one in attempts if one.outcome in bad),
        suspect=suspects,
        reprinted=sum(1 for lock in view.rows(Lock) if lock.n > 1),
        conserved=not broken,
        double_prints=len(double),
        broken=tuple(broken),
        phases_s=phases_s,
    )


def _places(runs: list[Holding], cards: dict[str, CardTruth]) -> list[str]:
    """Each physical card must be what its bucket says."""
    wrong = []
    for run in runs:
        for number in range(run.lo, run.hi + 1):
            card = cards.get(f"{run.series} {number}")
            if card is None:
                fits = run.bucket in _UNUSED
            elif run.bucket in _GOOD:
                fits = card.printed_good
            elif run.bucket in _UNUSED:
                fits = not card.fed
            elif run.bucket is Bucket.WASTE_HELD:
                fits = card.fed and not card.printed_good
            else:
                fits = run.bucket is Bucket.SUSPECT
            if not fits:
                wrong.append(f"{run.series} {number} is {run.bucket.name} in the book and something else in fact")
    return wrong


def _doubles(view: View, cards: dict[str, CardTruth]) -> list[str]:
    """Rule 22: two good cards of one attempt, or two of one person that are not on the stop list."""
    attempts, people = Counter[str](), Counter[bytes]()
    for card in cards.values():
        if not card.printed_good:
            continue
        attempts[f"{card.record}/{card.attempt}"] += 1
        record = view.row(Record, card.record)
        if record and not view.row(Revoked, card.uid) and not view.row(Revoked, card.serial):
            people[record.person] += 1
    found = [name for name, count in attempts.items() if count > 1]
    return found + [person.hex()[:8] for person, count in people.items() if count > 1]


def pictures(house: House) -> list[Path]:
    """Where the cards' pictures are."""
    return [printer.folder / "cards" for printer in house.printers.values()]

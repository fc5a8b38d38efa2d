"""The judge of the demo (penilai): the books against the supplier's manifest and the printers' truth.

It asks nobody's opinion: what each physical card is comes from the devices, where each
blank should be comes from the hub's book, and a promise that does not hold is named. Of a
device that is told no name of a job, two cards with one picture are known for what they are.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import asdict, evolve, field, frozen

from ektp_cli.demo.house import House
from ektp_cli.demo.machines import Card
from ektp_core.flow.apply import apply
from ektp_core.flow.decide import Decider
from ektp_core.flow.rows import Attempt, Holding, Lock, Record, Revoked
from ektp_core.flow.view import View
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.serial import SerialRange, SerialSet
from ektp_core.vocabulary.state import LockEvent
from ektp_data.regions import load_regions
from ektp_store.sqlite import SqliteStore

_GOOD = frozenset({Bucket.GOOD_HELD, Bucket.HANDED_OVER, Bucket.VOID_HELD})
_UNUSED = frozenset({Bucket.STOCK, Bucket.RESERVED, Bucket.IN_TRANSIT})

#: Serial of a good card, and the attempt it was made for; None if there is no such attempt.
Made = Mapping[str, Attempt | None]


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
    cards = {serial: card for one in house.machines.values() for serial, card in one.cards().items()}
    name_of = next(iter(house.machines.values())).name_of
    store = SqliteStore(str(house.hub.book), Decider(load_regions()), apply)
    try:
        with store.read() as view:
            found = _judged(view, manifest, cards, _who(view, cards, name_of))
            return evolve(found, suspect=suspects, phases_s=phases_s)
    finally:
        store.close()


def _judged(view: View, manifest: SerialSet, cards: dict[str, Card], who: Made) -> Findings:
    runs = [run for part in manifest for run in view.overlapping(part.series, part.lo, part.hi)]
    held = SerialSet(SerialRange(run.series, run.lo, run.hi) for run in runs)
    buckets = Counter[str]()
    for run in runs:
        buckets[run.bucket.name] += len(run)
    broken = [f"blanks of the manifest are not in the book: {s}" for s in (manifest - held).shown()]
    broken += _places(runs, cards)
    broken += [f"{serial} is a good card of no authorisation" for serial, made in who.items() if made is None]
    double = _doubles(view, cards, who)
    broken += [f"two good cards: {one}" for one in double]
    attempts = list(view.rows(Attempt))
    bad = (LockEvent.VERDICT_BAD, LockEvent.SETTLE_BAD, LockEvent.SETTLE_LOST)
    return Findings(
        received=len(held),
        buckets=dict(sorted(buckets.items())),
        good=sum(1 for card in cards.values() if card.good),
        misprinted=sum(1 for one in attempts if one.outcome in bad),
        suspect=0,
        reprinted=sum(1 for lock in view.rows(Lock) if lock.n > 1),
        conserved=not broken,
        double_prints=len(double),
        broken=tuple(broken),
    )


def _places(runs: list[Holding], cards: dict[str, Card]) -> list[str]:
    """Each physical card must be what its bucket says."""
    wrong = []
    for run in runs:
        for number in range(run.lo, run.hi + 1):
            card = cards.get(f"{run.series} {number}")
            if card is None:
                fits = run.bucket in _UNUSED
            elif run.bucket in _GOOD:
                fits = card.good
            elif run.bucket in _UNUSED:
                fits = not card.fed
            elif run.bucket is Bucket.WASTE_HELD:
                fits = card.fed and not card.good
            else:
                fits = run.bucket is Bucket.SUSPECT
            if not fits:
                wrong.append(f"{run.series} {number} is {run.bucket.name} in the book and something else in fact")
    return wrong


def _who(view: View, cards: dict[str, Card], name_of: Callable[[str], str]) -> Made:
    """For which attempt each good card was made: by the job's name in the device, else by the blank in the book."""
    attempts = list(view.rows(Attempt))
    by_name = {name_of(f"{a.record}/{a.n}/{one}"): a for a in attempts for one in range(1, a.tries + 2)}
    by_serial = {f"{a.series} {a.number}": a for a in attempts if a.number}
    return {
        card.serial: by_name.get(card.names[-1]) if any(card.names) else by_serial.get(card.serial)
        for card in cards.values()
        if card.good
    }


def _doubles(view: View, cards: dict[str, Card], who: Made) -> list[str]:
    """Rule 22: two good cards of one attempt, of one picture, or of one person; but for those on the stop list."""
    attempts, people, pictures = Counter[str](), Counter[bytes](), Counter[bytes]()
    for serial, made in who.items():
        card = cards[serial]
        is_revoked = bool(view.row(Revoked, card.uid) or view.row(Revoked, card.serial))
        if card.picture and not is_revoked:
            pictures[sha256(card.picture.read_bytes()).digest()] += 1
        if made is None:
            continue
        attempts[f"{made.record}/{made.n}"] += 1
        record = view.row(Record, made.record)
        if record and not is_revoked:
            people[record.person] += 1
    found = [name for name, count in attempts.items() if count > 1]
    return found + [one.hex()[:8] for counted in (people, pictures) for one, count in counted.items() if count > 1]


def pictures(house: House) -> list[Path]:
    """Where the cards' pictures are."""
    return [machine.folder / "cards" for machine in house.machines.values()]

"""What a power cut may leave on a disk (sisa listrik padam), from a list of what was done to it.

Cut the list at any place: what was synced is there; of what was not, each sector of 512 bytes
may be there or not, in any order, and so may names made or removed. Who made the list, what the
files are, and when something is lost is not known here.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from attrs import evolve, field, frozen

SECTOR_BYTES = 512


@frozen
class Write:
    """Bytes written; torn on the way, some of its sectors are missing."""

    file: str
    offset: int
    data: bytes = field(repr=False)


@frozen
class Truncate:
    """A file cut, or made longer."""

    file: str
    size: int


@frozen
class Sync:
    """Everything written to a file before is on the disk after."""

    file: str


@frozen
class Create:
    """A new name."""

    file: str


@frozen
class Delete:
    """A name removed; `is_synced`: the folder was brought to the disk with it."""

    file: str
    is_synced: bool


@frozen
class Mark:
    """Somebody was told that something is kept: from here on it must be."""


Op = Write | Truncate | Sync | Create | Delete | Mark


@frozen
class _OnDisk:
    """One name: what is surely there (None: no such name), what may come on top, what may still stand there."""

    synced: bytes | None
    is_there: bool = True
    pending: tuple[Write | Truncate, ...] = ()
    ghost: bytes | None = None  # a file of this name whose removal is not on the disk yet


@frozen
class Image:
    """What may lie on the disk after a power cut.

    Attributes:
        at: how many operations were done. marks: how many of them were marks.
        damage: in one word, what became of the writes that were not synced.
        files: name to content; names that are not there are left out.
    """

    at: int
    marks: int
    damage: str
    files: Mapping[str, bytes] = field(repr=False)

    def write(self, folder: Path) -> None:
        """Put the files into a folder, and remove all others there."""
        for other in os.listdir(folder):
            if other not in self.files:
                os.unlink(folder / other)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def images(ops: Sequence[Op], found: Mapping[str, bytes], random: Random, count: int) -> Iterator[Image]:
    """Different images of one recording: all lost and all kept at every cut, then torn and shuffled ones.

    Args:
        ops, found: of the recorder.
        random: chooses cuts and damages; the same seed chooses the same ones.
        count: most images wanted; there may be fewer that differ.
    """
    states = _states(ops, found)
    marks = [0]
    for op in ops:
        marks.append(marks[-1] + isinstance(op, Mark))
    seen: set[int] = set()
    made = 0
    for at, damage in _choices(len(states), random, count):
        if made >= count:
            return
        files = _damaged(states[at], random, _DAMAGES[damage])
        known = hash((marks[at], *sorted((name, hash(content)) for name, content in files.items())))
        if known not in seen:
            seen.add(known)
            made += 1
            yield Image(at, marks[at], damage, files)


def _choices(cuts: int, random: Random, count: int) -> Iterator[tuple[int, str]]:
    for at in range(cuts):
        yield at, "lost"
        yield at, "kept"
    for _ in range(8 * count):
        yield random.randrange(cuts), random.choice(("torn", "shuffled", "half"))


def _states(ops: Sequence[Op], found: Mapping[str, bytes]) -> list[dict[str, _OnDisk]]:
    """What is on the disk before the first operation, and after each."""
    made = {op.file for op in ops if isinstance(op, Create)}
    now = {name: _OnDisk(content) for name, content in found.items() if content or name not in made}
    states = [dict(now)]
    for op in ops:
        match op:
            case Write() | Truncate():
                old = now[op.file]
                now[op.file] = evolve(old, pending=(*old.pending, op))
            case Sync():
                old = now[op.file]
                now[op.file] = evolve(old, synced=_applied(old.synced or b"", old.pending), pending=())
                if old.synced is None:  # the first sync of a new file brings its folder with it
                    _sync_folder(now)
            case Create():
                before = now.get(op.file)
                now[op.file] = _OnDisk(None, ghost=before.ghost if before else None)
            case Delete():
                old = now[op.file]
                now[op.file] = _OnDisk(None, False, (), old.synced if old.synced is not None else old.ghost)
                if op.is_synced:
                    _sync_folder(now)
        states.append(dict(now))
    return states


def _sync_folder(now: dict[str, _OnDisk]) -> None:
    """Names made and removed are on the disk; what stands in the files is another matter."""
    for name, one in list(now.items()):
        now[name] = evolve(one, ghost=None, synced=one.synced if one.synced is not None or not one.is_there else b"")


def _applied(content: bytes, ops: Sequence[Write | Truncate]) -> bytes:
    after = bytearray(content)
    for op in ops:
        if isinstance(op, Truncate):
            del after[op.size :]
            after.extend(bytes(op.size - len(after)))
        else:
            after.extend(bytes(max(0, op.offset - len(after))))
            after[op.offset : op.offset + len(op.data)] = op.data
    return bytes(after)


_Damage = Callable[[Random, Sequence[Write | Truncate]], "list[Write | Truncate]"]


def _lost(random: Random, ops: Sequence[Write | Truncate]) -> list[Write | Truncate]:
    return []


def _kept(random: Random, ops: Sequence[Write | Truncate]) -> list[Write | Truncate]:
    return list(ops)


def _torn(random: Random, ops: Sequence[Write | Truncate]) -> list[Write | Truncate]:
    """All before one operation, a part of that one, nothing after."""
    at = random.randrange(len(ops)) if ops else 0
    return [*ops[:at], *(_part(random, ops[at]) if ops else ())]


def _half(random: Random, ops: Sequence[Write | Truncate]) -> list[Write | Truncate]:
    """Each operation came through or not, in order; some in part."""
    kept: list[Write | Truncate] = []
    for op in ops:
        luck = random.random()
        kept += [op] if luck < 0.55 else _part(random, op) if luck < 0.7 else []
    return kept


def _shuffled(random: Random, ops: Sequence[Write | Truncate]) -> list[Write | Truncate]:
    """As half, but the disk also wrote in an order of its own."""
    kept = _half(random, ops)
    random.shuffle(kept)
    return kept


def _part(random: Random, op: Write | Truncate) -> list[Write | Truncate]:
    """Some sectors of a write: the first ones, or any."""
    if isinstance(op, Truncate):
        return []
    edges = [op.offset, *range(op.offset - op.offset % SECTOR_BYTES + SECTOR_BYTES, op.offset + len(op.data), 512)]
    parts = [
        Write(op.file, start, op.data[start - op.offset : end - op.offset])
        for start, end in zip(edges, [*edges[1:], op.offset + len(op.data)], strict=True)
    ]
    if random.random() < 0.5:
        return list(parts[: random.randrange(len(parts) + 1)])
    return [part for part in parts if random.random() < 0.5]


_DAMAGES: Mapping[str, _Damage] = {
    "lost": _lost, "kept": _kept, "torn": _torn, "half": _half, "shuffled": _shuffled,
}  # fmt: skip


def _damaged(state: Mapping[str, _OnDisk], random: Random, damage: _Damage) -> dict[str, bytes]:
    files = {}
    for name in sorted(state):
        one = state[name]
        is_there, is_ghost = one.is_there, one.ghost is not None
        if one.synced is None:  # the folder may not know what became of this name
            is_there = one.is_there and damage is not _lost and (damage is _kept or random.random() < 0.5)
            is_ghost = is_ghost and not is_there and damage is not _kept and (damage is _lost or random.random() < 0.5)
        if is_there:
            files[name] = _applied(one.synced or b"", damage(random, one.pending)) if one.pending else one.synced or b""
        elif is_ghost and one.ghost is not None:
            files[name] = one.ghost
    return files

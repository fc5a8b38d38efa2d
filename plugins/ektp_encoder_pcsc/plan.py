"""The commands for one content, made before the first is sent (rencana perintah).

A plan is whole or it is refused: a write never stops because a later line did not fit. Every
byte of the sealed content is sent once and in order, so the seal stands before what it seals.
"""

from collections.abc import Iterator

from attrs import define, field, frozen

from ektp_encoder_pcsc.script import Command, Each, Hole, Pattern, Script, ScriptRefused, Section

LIMIT_COMMANDS = 4_096
_SHORT_APDU = 261


@frozen
class Step:
    """One command as it is sent. `wants`: how many bytes its answer must bring."""

    line: int
    apdu: bytes = field(repr=False)
    accepts: tuple[Pattern, ...]
    empties: tuple[Pattern, ...]
    takes: bool
    wants: int | None


@frozen
class _Round:
    """One turn of a loop."""

    offset: int
    count: int
    index: int
    block: bytes = field(default=b"", repr=False)


@define
class _Covered:
    """How far the content is sent, or how much of it is asked for."""

    sealed: bytes = field(repr=False)
    upto: int = 0


def plan_uid(script: Script) -> tuple[Step, ...]:
    """The commands that read the UID.

    Raises:
        ScriptRefused: none of its lines takes the answer, or two do.
    """
    steps = tuple(_step(one, None, b"") for one in script.read_uid if isinstance(one, Command))
    if sum(one.takes for one in steps) != 1:
        raise ScriptRefused(steps[-1].line, "one line of read-uid takes the number")
    return steps


def plan_write(script: Script, sealed: bytes) -> tuple[Step, ...]:
    """The commands that write a sealed content.

    Raises:
        ScriptRefused: they would not send all of it, once and in order, or one is malformed.
    """
    covered = _Covered(sealed)
    steps = _limited(script.write, _writing(script, covered))
    if covered.upto != len(sealed):
        raise ScriptRefused(script.write[-1].line, f"{covered.upto} bytes of {len(sealed)} would be written")
    return steps


def plan_read(script: Script, total: int) -> tuple[Step, ...]:
    """The commands that read the first `total` bytes; more may come with the last of them.

    Raises:
        ScriptRefused: they would not read them, or one is malformed.
    """
    return _limited(script.read_back, _reading(script.read_back, total))


def _writing(script: Script, covered: _Covered) -> Iterator[Step]:
    for one in script.write:
        if isinstance(one, Command):
            for hole in one.parts:
                if isinstance(hole, Hole) and hole.name == "content":
                    _cover(one.line, covered, hole)
            yield _step(one, None, covered.sealed)
            continue
        if not any(command.has("block") for command in one.commands):
            raise ScriptRefused(one.line, "no line between each and end bears the block")
        for turn in _rounds(one, covered.upto, len(covered.sealed)):
            block = covered.sealed[turn.offset : turn.offset + turn.count]
            full = block.ljust(turn.count, bytes([script.empty]))
            covered.upto += len(block)
            turned = _Round(turn.offset, turn.count, turn.index, full)
            yield from (_step(command, turned, covered.sealed) for command in one.commands)


def _cover(line: int, covered: _Covered, hole: Hole) -> None:
    if hole.first != covered.upto:
        raise ScriptRefused(line, "the content is sent from its beginning, in order and without gaps")
    covered.upto += hole.second
    if covered.upto > len(covered.sealed):
        raise ScriptRefused(line, "the content can be shorter than this part of it; only its seal is always there")


def _reading(section: Section, total: int) -> Iterator[Step]:
    upto = 0
    for one in section:
        if isinstance(one, Command):
            step = _step(one, None, b"")
            if one.takes:
                wants = _wanted(one.line, step.apdu)
                upto += wants
                step = Step(step.line, step.apdu, step.accepts, step.empties, True, wants)
            yield step
            continue
        if not any(command.takes for command in one.commands):
            raise ScriptRefused(one.line, "no line between each and end takes the answer")
        for turn in _rounds(one, upto, total):
            upto += turn.count
            yield from (_step(command, turn, b"") for command in one.commands)
    if upto < total:
        raise ScriptRefused(section[-1].line, f"{upto} bytes of {total} would be read back")


def _wanted(line: int, apdu: bytes) -> int:
    """What a single reading line asks for: its last byte, when it sends no data."""
    if len(apdu) != 5 or not apdu[4]:
        raise ScriptRefused(line, "a line that takes an answer outside each says how many bytes it asks for")
    return apdu[4]


def _rounds(each: Each, start: int, total: int) -> Iterator[_Round]:
    for turn, offset in enumerate(range(start, total, each.size)):
        count = each.size if each.pads else min(each.size, total - offset)
        yield _Round(offset, count, each.index + turn)


def _limited(section: Section, steps: Iterator[Step]) -> tuple[Step, ...]:
    kept: list[Step] = []
    for step in steps:
        kept.append(step)
        if len(kept) > LIMIT_COMMANDS:
            raise ScriptRefused(section[-1].line, f"more than {LIMIT_COMMANDS} commands for one card")
    return tuple(kept)


def _step(command: Command, turn: _Round | None, sealed: bytes) -> Step:
    apdu = b"".join(
        one if isinstance(one, bytes) else _filled(command.line, one, turn, sealed) for one in command.parts
    )
    _check(command.line, apdu)
    wants = turn.count if turn and command.takes else None
    return Step(command.line, apdu, command.accepts, command.empties, command.takes, wants)


def _filled(line: int, hole: Hole, turn: _Round | None, sealed: bytes) -> bytes:
    if hole.name == "content":
        return sealed[hole.first : hole.first + hole.second]
    if hole.name == "block":
        return turn.block if turn else b""
    number = len(sealed) if hole.name == "length" else int(getattr(turn, hole.name))
    if number >= 1 << 8 * hole.first:
        raise ScriptRefused(line, "a number does not fit into its hole")
    return number.to_bytes(hole.first, "big")


def _check(line: int, apdu: bytes) -> None:
    """A short command of ISO 7816-4: four bytes, the length of its data, the data, the length asked for."""
    if not 4 <= len(apdu) <= _SHORT_APDU:
        raise ScriptRefused(line, f"a command has 4 to {_SHORT_APDU} bytes")
    if len(apdu) > 5 and (apdu[4] == 0 or len(apdu) not in (5 + apdu[4], 6 + apdu[4])):
        raise ScriptRefused(line, "the length in the command is not the length of its data")

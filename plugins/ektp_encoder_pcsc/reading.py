"""Reading a script's text (membaca naskah): line by line, refused by line and reason.

Everything that could go wrong with it in front of a card is tried here first, with the
shortest and the longest content: a script that opens never stops a write by its own fault.
"""

import re
from hashlib import sha256

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, Station
from ektp_encoder_pcsc.lines import read_command, read_each
from ektp_encoder_pcsc.plan import plan_read, plan_uid, plan_write
from ektp_encoder_pcsc.script import Command, Each, Script, ScriptRefused, Section
from ektp_encoder_pcsc.seal import SEAL_BYTES, seal

FIRST_LINE = "ektp-chip-script 1"
LIMIT_BYTES = 64 * 1024
LIMIT_LINES = 1_000
LIMIT_CONTENT = 8 * 1024

_SECTIONS = ("read-uid", "write", "read-back")
_KEYS = ("card", "version", "station", "most", "empty")
_TEXT = re.compile(r"[ -~]{1,60}")
_PLACES = {"contactless": Station.CONTACTLESS, "contact": Station.CONTACT}
#: The pseudo-command of PC/SC part 3 for the number of the chip in the field.
_USUAL_UID: Section = (read_command(0, "FF CA 00 00 00 -> 9000 or-empty 6300 take", "read-uid", None),)


@define
class _Reader:
    """What was read so far."""

    keys: dict[str, tuple[int, str]] = field(factory=dict)
    sections: dict[str, list[Command | Each]] = field(factory=dict)
    section: str = ""
    each: Each | None = None


def read_script(data: bytes) -> Script:
    """Read and check a script.

    Raises:
        ScriptRefused: with the line and the reason.
    """
    lines = _lines(data)
    read = _Reader()
    for number, line in lines[1:]:
        _take(read, number, line)
    last = lines[-1][0]
    if read.each is not None:
        raise ScriptRefused(read.each.line, "each without end")
    for name in ("write", "read-back"):
        if not read.sections.get(name):
            raise ScriptRefused(last, f"the section {name} is missing or empty")
    script = _script(read, last, sha256(data).hexdigest())
    _try_out(script)
    return script


def _lines(data: bytes) -> list[tuple[int, str]]:
    if len(data) > LIMIT_BYTES:
        raise ScriptRefused(1, f"the file is longer than {LIMIT_BYTES} bytes")
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise ScriptRefused(number, "a sign that is not ASCII") from None
    plain = [one.partition("#")[0].strip() for one in text.splitlines()]
    if len(plain) > LIMIT_LINES:
        raise ScriptRefused(LIMIT_LINES, f"more than {LIMIT_LINES} lines")
    lines = [(number, one) for number, one in enumerate(plain, 1) if one]
    if not lines or lines[0][1] != FIRST_LINE:
        raise ScriptRefused(lines[0][0] if lines else 1, f"the first line must be: {FIRST_LINE}")
    return lines


def _take(read: _Reader, number: int, line: str) -> None:
    if line.startswith("["):
        _begin_section(read, number, line)
    elif not read.section:
        name, _, value = line.partition(" ")
        if name not in _KEYS:
            raise ScriptRefused(number, f"before the sections only {', '.join(_KEYS)} may stand")
        if name in read.keys:
            raise ScriptRefused(number, f"{name} stands twice")
        read.keys[name] = (number, value.strip())
    elif line == "end":
        if read.each is None:
            raise ScriptRefused(number, "end without each")
        if not read.each.commands:
            raise ScriptRefused(number, "nothing stands between each and end")
        read.sections[read.section].append(read.each)
        read.each = None
    elif line.split(maxsplit=1)[0] == "each":
        if read.each is not None or read.section == "read-uid":
            raise ScriptRefused(number, "each may not stand here")
        read.each = read_each(number, line)
    else:
        _take_command(read, number, line)


def _begin_section(read: _Reader, number: int, line: str) -> None:
    name = line[1:-1]
    if line[-1] != "]" or name not in _SECTIONS:
        raise ScriptRefused(number, f"a section is one of {', '.join(_SECTIONS)}")
    if name in read.sections:
        raise ScriptRefused(number, "this section stands twice")
    if read.each is not None:
        raise ScriptRefused(number, "each without end")
    read.section = name
    read.sections[name] = []


def _take_command(read: _Reader, number: int, line: str) -> None:
    command = read_command(number, line, read.section, read.each)
    if read.each is None:
        read.sections[read.section].append(command)
        return
    bearing = "block" if read.section == "write" else "take"
    bears = [one for one in (*read.each.commands, command) if one.takes or one.has("block")]
    if len(bears) > 1:
        raise ScriptRefused(number, f"one line between each and end bears the {bearing}, not two")
    each = read.each
    read.each = Each(each.line, each.size, each.index, each.pads, (*each.commands, command))


def _script(read: _Reader, last: int, digest: str) -> Script:
    for name in _KEYS:
        if name not in read.keys:
            raise ScriptRefused(last, f"{name} is not said")
    for name in ("card", "version"):
        number, text = read.keys[name]
        if not _TEXT.fullmatch(text):
            raise ScriptRefused(number, f"{name} needs 1 to 60 plain signs")
    number, place = read.keys["station"]
    if place not in _PLACES:
        raise ScriptRefused(number, "station is contactless or contact")
    number, most = read.keys["most"]
    if not re.fullmatch(r"[0-9]{1,5}", most) or not 1 <= int(most) <= LIMIT_CONTENT:
        raise ScriptRefused(number, f"most is 1 to {LIMIT_CONTENT} bytes")
    number, empty = read.keys["empty"]
    if not re.fullmatch(r"[0-9A-Fa-f]{2}", empty) or int(empty, 16) == seal(b"")[0]:
        raise ScriptRefused(number, "empty is one byte in hexadecimal, and not the first of a seal (45)")
    write, read_back = tuple(read.sections["write"]), tuple(read.sections["read-back"])
    read_uid = tuple(read.sections.get("read-uid", ())) or _USUAL_UID
    card, version = read.keys["card"][1], read.keys["version"][1]
    return Script(
        card, version, _PLACES[place], int(most), int(empty, 16), digest, read_uid, write, read_back
    )  # fmt: skip


def _try_out(script: Script) -> None:
    """Make the commands for the shortest and the longest content: each hole must hold what goes in."""
    plan_uid(script)
    for length in (1, script.most):
        plan_write(script, seal(bytes(length)))
    for total in (SEAL_BYTES, SEAL_BYTES + 1, SEAL_BYTES + script.most):
        plan_read(script, total)


def read_script_file(path: str) -> Script:
    """Read a script from its file.

    Raises:
        ScriptRefused: as `read_script`. DriverError: the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        problem = type(error).__name__
    else:
        return read_script(data)
    raise DriverError(f"the chip script cannot be read ({problem})")

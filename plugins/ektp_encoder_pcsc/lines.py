"""One line of a script (satu baris naskah): hexadecimal with holes, an arrow, and the answers that are good.

>>> command = read_command(7, "00 D6 {offset:2} {count} {block} -> 9000", "write", Each(6, 16, 0, False, ()))
>>> command.accepts[0].fits(0x9000), command.accepts[0].fits(0x6300), command.has("block")
(True, False, True)
"""

import re

from ektp_encoder_pcsc.script import Command, Each, Hole, Pattern, ScriptRefused

_PIECE = re.compile(r"([0-9A-Fa-f]{2})|\{([a-z]+)(?::([0-9]{1,5}))?(?::([0-9]{1,5}))?\}")
_STATUS = re.compile(r"[0-9A-Fa-f][0-9A-FXa-fx]{3}")
_EACH = re.compile(r"each ([0-9]{1,3})(?: index ([0-9]{1,5}))?( pad)?")
_WIDEST = 4
#: Which holes a section knows; those of the second column only between each and end.
_HOLES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "read-uid": (frozenset(), frozenset()),
    "write": (frozenset({"content", "length"}), frozenset({"length", "block", "offset", "count", "index"})),
    "read-back": (frozenset(), frozenset({"offset", "count", "index"})),
}


def read_each(number: int, line: str) -> Each:
    """The head of a loop.

    Raises:
        ScriptRefused: it has another shape.
    """
    found = _EACH.fullmatch(" ".join(line.split()))
    if found is None or not 1 <= int(found[1]) <= 255:
        raise ScriptRefused(number, "a loop begins with: each SIZE [index FIRST] [pad], SIZE from 1 to 255")
    return Each(number, int(found[1]), int(found[2] or 0), bool(found[3]), ())


def read_command(number: int, line: str, section: str, each: Each | None) -> Command:
    """A line that is sent.

    Raises:
        ScriptRefused: it has another shape, or asks for what this section does not have.
    """
    sent, arrow, answers = line.partition("->")
    if not arrow:
        raise ScriptRefused(number, "a command needs -> and the answers that are good")
    parts = tuple(_pieces(number, sent, _HOLES[section][each is not None]))
    if not parts or isinstance(parts[0], Hole):
        raise ScriptRefused(number, "a command begins with its class byte")
    words = answers.split()
    takes = bool(words) and words[-1] == "take"
    if takes:
        words.pop()
    good, _, empty = " ".join(words).partition("or-empty")
    accepts, empties = _patterns(number, good), _patterns(number, empty)
    if not accepts:
        raise ScriptRefused(number, "after -> stands at least one status word, such as 9000")
    if section == "write" and (takes or empties):
        raise ScriptRefused(number, "a write takes no answer")
    return Command(number, parts, accepts, empties, takes)


def _pieces(number: int, text: str, known: frozenset[str]) -> list[bytes | Hole]:
    pieces: list[bytes | Hole] = []
    rest = text.strip()
    while rest:
        found = _PIECE.match(rest)
        if found is None:
            raise ScriptRefused(number, "a command is pairs of hexadecimal digits and holes in braces")
        if found[1]:
            pieces.append(bytes.fromhex(found[1]))
        elif found[2] not in known:
            raise ScriptRefused(number, "this hole does not exist, or not here")
        else:
            pieces.append(_hole(number, found[2], found[3], found[4]))
        rest = rest[found.end() :].lstrip()
    return pieces


def _hole(number: int, name: str, first: str | None, second: str | None) -> Hole:
    if name == "content":
        if first is None or second is None or int(second) == 0:
            raise ScriptRefused(number, "a part of the content is named by its offset and its length")
        return Hole(name, int(first), int(second))
    if second is not None or (name == "block" and first is not None):
        raise ScriptRefused(number, "this hole has too many numbers")
    width = int(first) if first is not None else 2 if name in {"length", "offset"} else 1
    if not 1 <= width <= _WIDEST:
        raise ScriptRefused(number, f"a number is 1 to {_WIDEST} bytes wide")
    return Hole(name, width)


def _patterns(number: int, text: str) -> tuple[Pattern, ...]:
    patterns = []
    for word in text.split():
        if not _STATUS.fullmatch(word):
            raise ScriptRefused(number, "a status word is four hexadecimal digits; X stands for any, not at the front")
        value = int(word.upper().replace("X", "0"), 16)
        mask = int("".join("0" if sign in "Xx" else "F" for sign in word), 16)
        patterns.append(Pattern(value, mask))
    return tuple(patterns)

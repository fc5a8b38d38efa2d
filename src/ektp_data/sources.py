"""Message ids that stand in the sources of the programs (pesan dalam kode sumber).

The sources are read as text: nothing here imports a program. What a call says to people is a
literal where the table below has it, so that nothing can be said that the catalogue does not
know. A text put together by an f-string cannot be looked up; where one is said, it is an error.
"""

import ast
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from attrs import frozen

N = TypeVar("N", ast.Call, ast.Dict, ast.Assign)

#: Packages that say something to people, or whose facts people are shown.
PACKAGES = (
    "ektp_cli",
    "ektp_client",
    "ektp_core",
    "ektp_data",
    "ektp_driver_cups",
    "ektp_driver_evolis",
    "ektp_driver_virtual",
    "ektp_driver_windows",
    "ektp_driving",
    "ektp_encoder_pcsc",
    "ektp_firmware_evolis",
    "ektp_hub",
    "ektp_keys",
    "ektp_station",
    "ektp_store",
    "ektp_usb",
)  # fmt: skip

#: Which arguments of which calls of the commands are message ids.
_SAID: Mapping[str, tuple[int, ...]] = {
    "say": (0,),
    "_say": (0,),
    "text": (0,),
    "message": (0,),
    "trouble": (0,),
    "promise": (0,),
    "detail": (0,),
    "show_line": (0,),
    "show_table": (1, 3),
    "phase": (1,),
    "until": (1,),
}

#: The same for alarms of the daemons.
_ALARMS: Mapping[str, tuple[int, ...]] = {
    "Alarm": (0,),
    "Tell": (1,),
    "_tell": (1,),
    "Sentence": (0,),
    "Finding": (1, 2),
}

#: Which arguments of which calls are facts that may be phrases.
_TOLD: Mapping[str, tuple[int, ...]] = {
    "_bad": (1, 2),
    "_bad_cell": (1, 2, 3),
    "_bad_file": (0, 1, 2),
    "bad_cell": (1, 2),
    "bad_file": (1, 2),
    "damaged": (1, 2),
    "Damage": (0, 1),
    "UplinkError": (1,),
    "_named_once": (0,),
    "_unknown": (1,),
    "_refused": (1,),
    "_malformed": (1,),
}

#: Facts that may be phrases, where a source builds a mapping of facts or names a value after its fact.
_FACTS = frozenset({"shape", "expected", "why", "needs", "what", "missing", "place", "found", "do"})


@frozen
class Literal:
    """A text of a source: what it says, where, and whether values are put into it (each shown as `7`)."""

    text: str
    place: str
    is_composed: bool = False


def said() -> tuple[Literal, ...]:
    """Every message id the programs say, in the order of the sources.

    Raises:
        ValueError: a text that is put together instead of looked up.
    """
    every = (one for tree, place in _trees() for one in _arguments(tree, place, _calls(place)))
    found = tuple(one for one in every if one.text)
    for one in found:
        if one.is_composed:
            raise ValueError(f"{one.place}: give the facts by name, `{one.text}` cannot be translated")
    return found


def told() -> tuple[Literal, ...]:
    """Every phrase that can stand in a fact, composed ones too; codes and names are left out."""
    found = (one for tree, place in _trees() for one in (*_arguments(tree, place, _TOLD), *_facts(tree, place)))
    return tuple(one for one in found if " " in one.text or one.text in _WORDS)


#: Phrases of one word.
_WORDS = frozenset({"another", "empty", "others", "serials"})


def _calls(place: str) -> Mapping[str, tuple[int, ...]]:
    is_command = (
        place.startswith("ektp_cli/")
        or place.endswith("/commands.py")
        or any(part in place for part in ("/command_", "/asking_", "/showing_"))
    )
    return {**_SAID, **_ALARMS} if is_command else _ALARMS


def _trees() -> Iterator[tuple[ast.Module, str]]:
    for package in PACKAGES:
        found = find_spec(package)
        for folder in (found and found.submodule_search_locations) or ():
            for file in sorted(Path(folder).rglob("*.py")):
                yield ast.parse(file.read_text("utf-8")), f"{package}/{file.relative_to(folder).as_posix()}"


def _nodes(tree: ast.Module, kind: type[N]) -> list[N]:
    """The nodes of a kind, in the order of the source."""
    found = (one for one in ast.walk(tree) if isinstance(one, kind))
    return sorted(found, key=lambda one: (one.lineno, one.col_offset))


def _arguments(tree: ast.Module, place: str, calls: Mapping[str, tuple[int, ...]]) -> Iterator[Literal]:
    for node in _nodes(tree, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for at in calls.get(name, ()):
            if at < len(node.args):
                yield from _literals(node.args[at], f"{place}:{node.lineno}")


def _facts(tree: ast.Module, place: str) -> Iterator[Literal]:
    for mapping in _nodes(tree, ast.Dict):
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in _FACTS:
                yield from _literals(value, f"{place}:{value.lineno}")
    for node in _nodes(tree, ast.Assign):
        names = {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        if names & _FACTS:
            yield from _literals(node.value, f"{place}:{node.lineno}")


def _literals(node: ast.expr, place: str) -> Iterator[Literal]:
    """The texts an expression can be: a constant, one of two, each of several."""
    match node:
        case ast.Constant(value=str(text)):
            yield Literal(text, place)
        case ast.JoinedStr(values=parts):
            shown = (str(one.value) if isinstance(one, ast.Constant) else "7" for one in parts)
            yield Literal("".join(shown), place, True)
        case ast.IfExp(body=one, orelse=other):
            yield from _literals(one, place)
            yield from _literals(other, place)
        case ast.Tuple(elts=several) | ast.List(elts=several) | ast.BoolOp(values=several):
            for one in several:
                yield from _literals(one, place)

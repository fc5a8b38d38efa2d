"""How a generated page is written (cara menulis halaman): titles, tables, lists, texts beside the code.

Nothing here knows what any page says; `generate.py` beside it does.
"""

import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from ektp_data.catalogue import INDONESIAN

DOCS = Path(__file__).parent

_COMMENT = re.compile(r"^ {4}(\w+) = [^#\n]*#\s*(.+)$", re.MULTILINE)
_MODULE = re.compile(r"\b(?:\w+\.)+(?=\w)")
_BRACKETS = re.compile(r"^(.*?) \(([^)]*)\)(.*)$", re.DOTALL)


def page(title: str, source: str, *parts: str) -> str:
    """A page: title, where it comes from, its parts."""
    note = f"<!-- Written by docs/generate.py from {source}. Change that, then run `make docs`. -->"
    return "\n\n".join((f"# {title}", note, *(part.strip("\n") for part in parts))) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar inside a cell stays a bar."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def code(text: object) -> str:
    """Words of the code inside a sentence."""
    return f"`{text}`"


def comments(kind: type[Enum]) -> dict[str, str]:
    """What the comment beside each member says, by the member's name."""
    return dict(_COMMENT.findall(inspect.getsource(kind)))


def prose() -> dict[str, Any]:
    """What people write of the generated pages: what stands above a table, and words."""
    return tomllib.loads((DOCS / "prose.toml").read_text(encoding="utf-8"))


def intro(name: str) -> str:
    """What stands above a table."""
    return str(prose()["intro"][name])


def first_line(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").splitlines()[0].rstrip(".") + "."


def type_name(hint: object) -> str:
    """A type as the source writes it, without the modules."""
    return _MODULE.sub("", inspect.formatannotation(hint)).replace("NoneType", "None")


def indonesian() -> Callable[[str], str]:
    """The Indonesian text of a message, as the programs show it."""
    with INDONESIAN.with_suffix(".mo").open("rb") as compiled:
        return GNUTranslations(compiled).gettext


def bracketed(line: str) -> tuple[str, str] | None:
    """A line and the term it holds in brackets, taken apart; None without one."""
    found = _BRACKETS.match(line)
    return (found[1] + found[3], found[2]) if found else None


def words(member: Enum) -> str:
    """A member's name as words."""
    return member.name.lower().replace("_", " ")


def said(kind: type[Enum]) -> Iterator[tuple[Any, str]]:
    """Each member with the comment beside it; nothing where the word says it."""
    beside = comments(kind)
    for member in kind:
        yield member, beside.get(member.name, "")

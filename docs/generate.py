"""Writes the generated pages of the docs (halaman rujukan) from the code they describe.

    python docs/generate.py            write the pages
    python docs/generate.py --check    name the pages that are out of date, and fail if any is

A page is committed like everything else, so that a changed rule shows in review. The same
code always gives the same bytes: nothing here looks at a clock or at the machine.
"""

import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from gettext import GNUTranslations
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args, get_type_hints

import attrs

from ektp_core import vocabulary
from ektp_core.boundary.hookspecs import DriverHooks
from ektp_core.errors import Refused
from ektp_core.flow import codec, events
from ektp_core.flow.permits import PERMITS
from ektp_core.lock.step import STATION_STATES
from ektp_core.lock.table import TABLE, Row
from ektp_core.press.recover import MATRIX, Answer, Case
from ektp_core.press.table import OPTIONAL, PROFILES
from ektp_core.refusal import Refusal
from ektp_core.vocabulary import bucket, objection, prr, role, state, verdict
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.wire.problem import status_of
from ektp_data.catalogue import INDONESIAN
from ektp_data.columns import COLUMNS

DOCS = Path(__file__).parent

_COMMENT = re.compile(r"^ {4}(\w+) = [^#\n]*#\s*(.+)$", re.MULTILINE)
_MODULE = re.compile(r"\b(?:\w+\.)+(?=\w)")
_BRACKETS = re.compile(r"^(.*?) \(([^)]*)\)(.*)$", re.DOTALL)
_PLACE = re.compile(r"\{(\w+)\}")


# -- how a page is written --------------------------------------------------------------------


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


# -- lock and press ---------------------------------------------------------------------------

_STEP_HEAD = ("#", "state", "event", "target", "by", "the blank goes", "when, and what is demanded")


def lock_page() -> str:
    """The lock table, its picture, the press and the crash matrix."""
    return page(
        "The print lock",
        "ektp_core/lock/table.py, ektp_core/press and ektp_core/vocabulary/state.py",
        intro("lock"),
        "## States",
        table(("state", "Indonesian", "whose pen"), _states()),
        "## Steps",
        table(_STEP_HEAD, map(_step, TABLE)),
        "`by` is whose word a step needs:",
        bullets(f"**{by.value}**: {said}" for by, said in _said(state.By)),
        "## Picture",
        _diagram(),
        "## One card in the press",
        intro("press"),
        bullets(f"{code(profile.value)}: {_chain(steps)}" for profile, steps in PROFILES.items()),
        "## After an interruption",
        intro("matrix"),
        table(("#", "last step written", "what is known", "answer"), map(_case, range(1, len(MATRIX) + 1), MATRIX)),
        "The answers:",
        bullets(f"**{answer.value}**{said and ': '}{said}" for answer, said in _said(Answer)),
    )


def _said(kind: type[Enum]) -> Iterator[tuple[Any, str]]:
    """Each member with the comment beside it; nothing where the word says it."""
    beside = comments(kind)
    for member in kind:
        yield member, beside.get(member.name, "")


def _states() -> Iterator[Sequence[str]]:
    terms = comments(LockState)
    for one in LockState:
        yield one.name, terms[one.name], "station" if one in STATION_STATES else "hub"


def _step(row: Row) -> Sequence[str]:
    source = row.source.name if row.source else "-"
    origin = " or ".join(place.name for place in row.blank_from)
    blank = f"{origin} → {row.blank_to.name}" if row.blank_to else "-"
    return row.number, source, row.event.name, row.target.name, row.by.value, blank, row.why


def _diagram() -> str:
    """The table as a Mermaid state diagram; steps between the same two states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in TABLE:
        source = row.source.name if row.source else "[*]"
        arrows.setdefault((source, row.target.name), []).append(row.event.name)
    lines = [f"    {source} --> {target}: {', '.join(names)}" for (source, target), names in arrows.items()]
    ends = [one.name for one in LockState if one not in {row.source for row in TABLE}]
    lines += [f"    {end} --> [*]" for end in ends]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def _chain(steps: Iterable[PressStep]) -> str:
    return " → ".join(f"[{step.name}]" if step in OPTIONAL else step.name for step in steps)


def _case(number: int, case: Case) -> Sequence[str]:
    everywhere = set(case.steps) == set(PressStep) - {PressStep.OUTCOME}
    steps = "any" if everywhere else ", ".join(step.name for step in case.steps)
    return str(number), steps, case.why, case.answer.value


# -- refusals and objections ------------------------------------------------------------------


def refusals_page() -> str:
    """Every refusal, in both languages."""
    translated = indonesian()
    entries = (_refusal(number, one, translated) for number, one in enumerate(Refusal, 1))
    return page("Refusals", "ektp_core/refusal.py and the catalogue of ektp_data", intro("refusals"), *entries)


def _refusal(number: int, one: Refusal, translated: Callable[[str], str]) -> str:
    facts = dict.fromkeys(_PLACE.findall(one.what + one.remedy))
    again = "may pass by itself" if one.transient else "lasts until corrected"
    head = f"Number {number}, HTTP {status_of(Refused(one))}, {again}."
    lines = [
        f"Facts: {', '.join(map(code, facts)) or 'none'}.",
        f"What is wrong: {one.what}",
        f"What to do: {one.remedy}",
        f"Apa yang salah: {translated(one.what)}",
        f"Apa yang harus dilakukan: {translated(one.remedy)}",
    ]
    return f"## {one.value}\n\n{head}\n\n{bullets(lines)}"


def objections_page() -> str:
    """Every objection, in both languages."""
    translated = indonesian()
    rows = ((str(int(o)), o.name, o.meaning, translated(o.meaning)) for o in objection.Objection)
    source = "ektp_core/vocabulary/objection.py and the catalogue of ektp_data"
    return page("Objections", source, intro("objections"), table(("#", "code", "meaning", "arti"), rows))


# -- events, hooks, permits, columns ----------------------------------------------------------


def events_page() -> str:
    """Every kind of event."""
    return page("Events", "ektp_core/flow/events.py", intro("events"), *map(_event, get_args(events.Event)))


def _event(kind: type[Any]) -> str:
    hints = get_type_hints(kind)
    head = f"## {kind.__name__}\n\nKind {kind.KIND}, version {codec.VERSIONS.get(kind.KIND, 1)}. {inspect.getdoc(kind)}"
    names = [attribute.name for attribute in attrs.fields(kind)]
    return f"{head}\n\n{table(('field', 'type'), ((name, code(type_name(hints[name]))) for name in names))}"


def hooks() -> tuple[Callable[..., Any], ...]:
    """Every hook specification, in the order of the source."""
    return tuple(one for one in vars(DriverHooks).values() if hasattr(one, "ektp_spec"))


def hooks_page() -> str:
    """Every hook, with its signature and what its docstring promises."""
    return page("Hooks", "ektp_core/boundary/hookspecs.py", intro("hooks"), *map(_hook, hooks()))


def _hook(hook: Callable[..., Any]) -> str:
    drawn = inspect.signature(hook)
    arguments = [f"{name}: {type_name(p.annotation)}" for name, p in drawn.parameters.items() if name != "self"]
    signature = f"{hook.__name__}({', '.join(arguments)}) -> {type_name(drawn.return_annotation)}"
    text, _, rest = (inspect.getdoc(hook) or "").partition("\n\n")
    promises = re.split(r"\n(?=[A-Z]\w+: )", rest)
    said = (" ".join(promise.split()) for promise in promises)
    shown = bullets(re.sub(r"^(\w+):", r"**\1**:", promise) for promise in said)
    return f"## {hook.__name__}\n\n{text}\n\n```text\n{signature}\n```\n\n{shown}"


def permits_page() -> str:
    """Who may ask for what."""
    return page(
        "Permits",
        "ektp_core/flow/permits.py",
        intro("permits"),
        table(("act", "officers", "people", "of two units", "keys"), _permits()),
        "Roles, as they stand in the registration of an officer:",
        bullets(f"{_words(one)}: `{one.value}`" for one in role.Role),
    )


def _permits() -> Iterator[Sequence[str]]:
    for act, permit in PERMITS.items():
        roles = ", ".join(_words(one) for one in role.Role if one in permit.roles) or "-"
        hands = ", ".join(one.value for one in role.Hand if one in permit.hands) or "-"
        people = str(permit.people) if permit.roles else "-"
        yield act.value, roles, people, "yes" if permit.two_units else "no", hands


def _words(member: Enum) -> str:
    return member.name.lower().replace("_", " ")


def csv_page() -> str:
    """The columns of a file of records, and one line of each kind."""
    translated = indonesian()
    rows = [
        (c.name, c.indonesian, "yes" if c.required else "no", code(c.example), c.meaning, translated(c.meaning))
        for c in COLUMNS
    ]
    lines = (",".join(c.indonesian for c in COLUMNS), ",".join(c.example for c in COLUMNS))
    return page(
        "The file of records",
        "ektp_data/columns.py",
        intro("csv"),
        table(("column", "kolom", "needed", "example", "meaning", "arti"), rows),
        "A whole file with one record (of a person who does not exist):",
        "```text\n" + "\n".join(lines) + "\n```",
    )


# -- glossary ---------------------------------------------------------------------------------


#: Lists whose members are words of their own.
_LISTS: tuple[tuple[str, type[Enum]], ...] = (
    ("Where a blank can be", bucket.Bucket),
    ("States of a lock", state.LockState),
    ("Why a card or blank went bad", verdict.Cause),
    ("Roles", role.Role),
    ("Why a card is made", prr.Reason),
    ("What became of the previous card", prr.PreviousCard),
)


def glossary_page() -> str:
    """Words by hand, nouns from the modules of the vocabulary, and the members of its lists."""
    return page(
        "Glossary",
        "docs/prose.toml and ektp_core/vocabulary",
        intro("glossary"),
        table(("English", "Indonesian", "meaning"), _by_hand()),
        "## Modules of the vocabulary",
        table(("module", "Indonesian", "what it holds"), _nouns()),
        *(f"## {title}\n\n{_members(kind)}" for title, kind in _LISTS),
    )


def _by_hand() -> Iterator[Sequence[str]]:
    for word in sorted(prose()["word"], key=lambda word: str(word["english"])):
        yield word["english"], word["indonesian"], word["meaning"]


def _nouns() -> Iterator[Sequence[str]]:
    for found in sorted(iter_modules(vocabulary.__path__), key=lambda module: module.name):
        line = first_line(import_module(f"ektp_core.vocabulary.{found.name}"))
        named = _BRACKETS.match(line)
        yield (code(found.name), named[2], named[1] + named[3]) if named else (code(found.name), "-", line)


def _members(kind: type[Enum]) -> str:
    """The members of a list that have a word; the column of meanings only where there are any."""
    rows = [_member(one, comments(kind).get(one.name, "")) for one in kind if one.value != ""]
    if any(meaning for _, _, meaning in rows):
        return table(("English", "Indonesian", "meaning"), rows)
    return table(("English", "Indonesian"), (row[:2] for row in rows))


def _member(one: Enum, beside: str) -> tuple[str, str, str]:
    """A member: its word, its Indonesian term (its own, or the one in the comment), its meaning."""
    own = getattr(one, "term", one.value)
    if isinstance(own, str):
        return _words(one), own, beside
    named = _BRACKETS.match(beside)
    return (_words(one), named[2], named[1] + named[3]) if named else (_words(one), beside, "")


# -- writing and checking ---------------------------------------------------------------------

PAGES: Mapping[str, Callable[[], str]] = {
    "glossary.md": glossary_page,
    "reference/csv.md": csv_page,
    "reference/events.md": events_page,
    "reference/hooks.md": hooks_page,
    "reference/lock.md": lock_page,
    "reference/objections.md": objections_page,
    "reference/permits.md": permits_page,
    "reference/refusals.md": refusals_page,
}


def stale(folder: Path = DOCS) -> list[str]:
    """The pages whose file is missing or says something else."""
    return [name for name, write in PAGES.items() if not _says(folder / name, write())]


def _says(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text


def write_all(folder: Path = DOCS) -> None:
    """Write every page."""
    for name, write in PAGES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(write(), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Write, or with `--check` compare; 1 when a page is out of date, 2 when asked otherwise."""
    if arguments == ["--check"]:
        old = stale()
        for name in old:
            print(f"docs/{name} is out of date: run `make docs`", file=sys.stderr)
        return 1 if old else 0
    if arguments:
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    write_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

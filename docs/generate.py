"""Writes the generated pages of the docs (halaman rujukan) from the code they describe.

    python docs/generate.py            write the pages
    python docs/generate.py --check    name the pages that are out of date, and fail if any is

A page is committed like everything else, so that a changed rule shows in review. The same
code always gives the same bytes: nothing here looks at a clock or at the machine.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

import attrs

from ektp_core.boundary.hookspecs import DriverHooks
from ektp_core.errors import Refused
from ektp_core.flow import codec, events
from ektp_core.flow.holds import POWERS
from ektp_core.flow.permits import PERMITS
from ektp_core.flow.signers import Permit
from ektp_core.lock.step import STATION_STATES
from ektp_core.lock.table import TABLE, Row
from ektp_core.press.recover import MATRIX, Answer, Case
from ektp_core.press.table import OPTIONAL, PROFILES
from ektp_core.refusal import Refusal
from ektp_core.vocabulary import objection, role, state
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_core.wire.problem import status_of
from glossary_page import glossary_page
from pages_of_files import asks_page, daily_page, figures_page, policies_page, records_page, settings_page
from writing import DOCS, bullets, code, comments, indonesian, intro, page, prose, said, table, type_name, words

_PLACE = re.compile(r"\{(\w+)\}")


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
        bullets(f"**{by.value}**: {said}" for by, said in said(state.By)),
        "## Picture",
        _diagram(),
        "## One card in the press",
        intro("press"),
        bullets(f"{code(profile.value)}: {_chain(steps)}" for profile, steps in PROFILES.items()),
        "## After an interruption",
        intro("matrix"),
        table(("#", "last step written", "what is known", "answer"), map(_case, range(1, len(MATRIX) + 1), MATRIX)),
        "The answers:",
        bullets(f"**{answer.value}**{said and ': '}{said}" for answer, said in said(Answer)),
    )


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


# -- events, hooks, permits -------------------------------------------------------------------


def events_page() -> str:
    """Every kind of event, by family."""
    parts = [text for title, kinds in families().items() for text in (f"## {title}", *map(_event, kinds))]
    return page("Events", "ektp_core/flow/events.py and its families", intro("events"), *parts)


def families() -> dict[str, list[type[Any]]]:
    """The kinds of event by the title of their family, as prose.toml groups them, each kind once."""
    known = {kind.__name__: kind for kind in get_args(events.Event)}
    found: dict[str, list[type[Any]]] = {}
    for one in prose()["family"]:
        own = [kind for kind in known.values() if kind.__module__.rpartition(".")[2] == one.get("module")]
        found[f"{one['title']} ({one['indonesian']})"] = [*own, *(known[name] for name in one.get("events", ()))]
    left = set(known.values()).difference(*found.values())
    if left:
        names = ", ".join(sorted(kind.__name__ for kind in left))
        raise ValueError(f"docs/prose.toml puts these events in no family: {names}")
    return found


def _event(kind: type[Any]) -> str:
    hints = get_type_hints(kind)
    number = f"Kind {kind.KIND}, version {codec.VERSIONS.get(kind.KIND, 1)}."
    head = f"### {kind.__name__}\n\n{number} {inspect.getdoc(kind)}"
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


_PERMIT_HEAD = ("officers", "people", "of two units", "keys")


def permits_page() -> str:
    """Who may ask for what."""
    return page(
        "Permits",
        "ektp_core/flow/permits.py and ektp_core/flow/holds.py",
        intro("permits"),
        table(("act", *_PERMIT_HEAD), ((act.value, *_permit(permit)) for act, permit in PERMITS.items())),
        "## Holds",
        intro("holds"),
        table(("hold", "who", *_PERMIT_HEAD), _powers()),
        "## Roles",
        "As they stand in the registration of an officer:",
        bullets(f"{words(one)}: `{one.value}`" for one in role.Role),
    )


def _permit(permit: Permit) -> tuple[str, ...]:
    roles = ", ".join(words(one) for one in role.Role if one in permit.roles) or "-"
    hands = ", ".join(one.value for one in role.Hand if one in permit.hands) or "-"
    return roles, str(permit.people) if permit.roles else "-", "yes" if permit.two_units else "no", hands


def _powers() -> Iterator[Sequence[str]]:
    for kind, power in POWERS.items():
        yield words(kind), "may place it", *_permit(power.place)
        yield words(kind), "may lift it", *_permit(power.lift)


# -- writing and checking ---------------------------------------------------------------------

PAGES: Mapping[str, Callable[[], str]] = {
    "glossary.md": glossary_page,
    "reference/asks.md": asks_page,
    "reference/csv.md": records_page,
    "reference/daily-report.md": daily_page,
    "reference/events.md": events_page,
    "reference/figures.md": figures_page,
    "reference/hooks.md": hooks_page,
    "reference/lock.md": lock_page,
    "reference/objections.md": objections_page,
    "reference/permits.md": permits_page,
    "reference/policy-keys.md": policies_page,
    "reference/refusals.md": refusals_page,
    "reference/station-toml.md": settings_page,
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

"""Nothing is left out: each row, refusal, objection, event, hook, act and column has its place in the docs."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import get_args

import attrs
import pytest

from ektp_core.boundary.hookspecs import DriverHooks
from ektp_core.daily.columns import COLUMNS as DAILY
from ektp_core.flow.events import Event
from ektp_core.flow.permits import Act
from ektp_core.lock.table import TABLE
from ektp_core.press.recover import MATRIX
from ektp_core.refusal import Refusal
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.objection import Objection
from ektp_core.vocabulary.state import LockState
from ektp_core.wire.asks import KINDS
from ektp_data.columns import COLUMNS
from ektp_data.daily_labels import LABELS, plain
from ektp_data.figure_columns import FIGURE_COLUMNS
from ektp_data.policy_keys import policy_keys

ROOT = Path(__file__).parents[2]
HOOKS = [name for name in vars(DriverHooks) if name.startswith("ektp_")]


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)


def test_every_refusal_has_an_entry_in_the_order_of_precedence(pages: dict[str, str]) -> None:
    assert headings(pages["docs/reference/refusals.md"]) == [one.value for one in Refusal]


def test_every_refusal_has_a_page_entry_in_both_languages(pages: dict[str, str]) -> None:
    entries = pages["docs/reference/refusals.md"].split("\n## ")[1:]
    same = [
        entry.splitlines()[0]
        for entry in entries
        if re.search(r"What is wrong: (.*)\n.*\n- Apa yang salah: \1\n", entry)
    ]
    assert same == [], "these have no Indonesian text yet"


def test_every_objection_has_an_entry(pages: dict[str, str]) -> None:
    numbers = [cell for cell in first_cells(pages["docs/reference/objections.md"]) if cell.isdigit()]
    assert numbers == [str(int(one)) for one in Objection]


def test_every_kind_of_event_has_an_entry_with_all_its_fields(pages: dict[str, str]) -> None:
    entries = {entry.splitlines()[0]: entry for entry in re.split(r"\n### ", pages["docs/reference/events.md"])[1:]}
    assert sorted(entries) == sorted(kind.__name__ for kind in get_args(Event))
    for kind in get_args(Event):
        entry = entries[kind.__name__].split("\n## ")[0]
        assert f"Kind {kind.KIND}, version " in entry
        assert first_cells(entry)[2:] == list(kind.__annotations__)[1:], kind.__name__


def test_every_kind_of_event_stands_in_one_family(generate: ModuleType) -> None:
    families = generate.families()
    grouped = [kind for kinds in families.values() for kind in kinds]
    assert len(grouped) == len(set(grouped)) == len(get_args(Event))
    assert [title for title, kinds in families.items() if not kinds] == []


def test_an_event_that_nobody_put_into_a_family_is_named(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    written = generate.prose()
    short = {**written, "family": [one for one in written["family"] if one["title"] != "Printers"]}
    monkeypatch.setattr(generate, "prose", lambda: short)
    with pytest.raises(ValueError, match="PrinterClosed, PrinterLoaded"):
        generate.families()


def test_every_act_has_a_line_among_the_permits(pages: dict[str, str]) -> None:
    assert {act.value for act in Act} <= set(first_cells(pages["docs/reference/permits.md"]))


def test_every_hold_says_who_may_place_and_who_may_lift_it(pages: dict[str, str]) -> None:
    for kind in HoldKind:
        word = kind.name.lower().replace("_", " ")
        for who in ("may place it", "may lift it"):
            assert re.search(rf"^\| {word} \| {who} \| [a-z]", pages["docs/reference/permits.md"], re.MULTILINE), kind


def test_every_kind_of_ask_has_an_entry_with_all_its_fields(pages: dict[str, str]) -> None:
    entries = pages["docs/reference/asks.md"].split("\n## ")[1:]
    assert [entry.splitlines()[0] for entry in entries] == sorted(KINDS)
    for entry in entries:
        fields = [attribute.name for attribute in attrs.fields(KINDS[entry.splitlines()[0]])]
        assert [name for name in first_cells(entry)[2:] if "." not in name] == fields


def test_every_column_of_a_file_has_a_line(pages: dict[str, str]) -> None:
    assert first_cells(pages["docs/reference/csv.md"])[2:] == [column.name for column in COLUMNS]
    assert first_cells(pages["docs/reference/figures.md"])[2:] == [column.name for column in FIGURE_COLUMNS]


def test_every_column_of_the_daily_report_has_a_line(pages: dict[str, str]) -> None:
    assert first_cells(pages["docs/reference/daily-report.md"])[2:] == [column.name for column in DAILY]


def test_a_label_shown_for_a_column_is_read_as_that_column(pages: dict[str, str]) -> None:
    lines = [line.split(" | ") for line in pages["docs/reference/daily-report.md"].splitlines() if line[:2] == "| "]
    shown = [(cells[0][2:], label) for cells in lines[2:] for label in (cells[2], *cells[3].split(", ")) if label != "-"]
    assert len(shown) > 60
    assert [(column, label) for column, label in shown if LABELS.get(plain(label)) != column] == []


def test_every_key_of_a_policy_has_a_line(pages: dict[str, str]) -> None:
    assert first_cells(pages["docs/reference/policy-keys.md"])[2:] == [key.name for key in policy_keys()]


def test_the_example_of_a_file_can_be_read(pages: dict[str, str]) -> None:
    from ektp_data.csv_records import read_records
    from ektp_data.regions import load_regions

    example = pages["docs/reference/csv.md"].split("```text\n")[1].split("```")[0]
    batch = read_records(example.encode(), load_regions())
    assert (len(batch.rows), batch.bad) == (1, ())


def test_every_row_of_the_lock_table_is_a_line_and_an_arrow(pages: dict[str, str]) -> None:
    page = pages["docs/reference/lock.md"]
    for row in TABLE:
        source = row.source.name if row.source else "-"
        assert f"| {row.number} | {source} | {row.event.name} | {row.target.name} |" in page
        drawn = re.search(
            rf"^    {re.escape(source if row.source else '[*]')} --> {row.target.name}: (.+)$", page, re.M
        )
        assert drawn is not None, row.number
        assert row.event.name in drawn[1].split(", ")


def test_the_picture_has_no_arrow_beyond_the_table(pages: dict[str, str]) -> None:
    drawn = re.findall(r"^    \S+ --> \S+: (.+)$", pages["docs/reference/lock.md"], re.MULTILINE)
    assert sum(len(names.split(", ")) for names in drawn) == len(TABLE)


def test_every_case_of_the_crash_matrix_is_a_line(pages: dict[str, str]) -> None:
    for number, case in enumerate(MATRIX, 1):
        line = rf"^\| {number} \| .* \| {re.escape(case.why)} \| {case.answer.value} \|$"
        assert re.search(line, pages["docs/reference/lock.md"], re.MULTILINE), case.why


@pytest.mark.parametrize("kind", [Bucket, LockState])
def test_every_bucket_and_state_has_an_indonesian_word(kind: type[Bucket | LockState], pages: dict[str, str]) -> None:
    for member in kind:
        word = member.name.lower().replace("_", " ")
        assert re.search(rf"^\| {word} \| [a-z]", pages["docs/glossary.md"], re.MULTILINE), word


def test_every_list_of_the_glossary_has_all_its_members_with_a_term(
    generate: ModuleType, pages: dict[str, str]
) -> None:
    sections = dict(section.split("\n", 1) for section in pages["docs/glossary.md"].split("\n## ")[1:])
    for title, kind in sys.modules[generate.glossary_page.__module__].LISTS:
        lines = [line.split(" | ") for line in sections[title].splitlines() if line[:2] == "| "][2:]
        members = [one.name.lower().replace("_", " ") for one in kind if one.value != ""]
        assert [line[0][2:] for line in lines] == members, title
        assert [line for line in lines if not line[1].strip("| ")] == [], title


def test_no_word_of_the_glossary_stands_twice(pages: dict[str, str]) -> None:
    words = first_cells(pages["docs/glossary.md"].split("\n## ")[0])
    assert [word for word in words if words.count(word) > 1] == []


def test_every_word_of_the_glossary_has_a_term_and_a_meaning(pages: dict[str, str]) -> None:
    words = pages["docs/glossary.md"].split("\n## ")[0]
    lines = [line.split(" | ") for line in words.splitlines() if line.startswith("| ")][2:]
    assert len(lines) >= 30
    assert [line for line in lines if len(line) != 3 or not all(cell.strip("| ") for cell in line)] == []


# -- hooks ------------------------------------------------------------------------------------


def test_every_hook_has_an_entry(pages: dict[str, str]) -> None:
    assert headings(pages["docs/reference/hooks.md"]) == HOOKS


@pytest.mark.parametrize("promise", ["When", "Returns", "Raises", "Order", "Example"])
def test_every_hook_says_what_it_promises(promise: str, pages: dict[str, str]) -> None:
    entries = pages["docs/reference/hooks.md"].split("\n## ")[1:]
    assert [entry.splitlines()[0] for entry in entries if f"- **{promise}**: " not in entry] == []


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_used_by_a_driver_of_this_repository(hook: str) -> None:
    sources = (file.read_text(encoding="utf-8") for file in (ROOT / "plugins").rglob("*.py"))
    assert any(re.search(rf"@hookimpl\S*\ndef {hook}\(", source) for source in sources)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_tested(hook: str) -> None:
    tests = [file for file in (ROOT / "tests").rglob("test_*.py") if file.parent != Path(__file__).parent]
    assert any(re.search(rf"\b{hook}\b", file.read_text(encoding="utf-8")) for file in tests)

"""Pages written by hand: their links lead somewhere, what they name exists, their examples run."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```(?:python|py|pycon)\b(?! title=).*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: A program to be typed, with the name of its file; tests/docs/test_programs.py runs it.
PROGRAM = re.compile(r'^```python title="([\w.]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_QUOTED = re.compile(r"`([^`\n]+)`")
_FILE = re.compile(r"(?:src|daemon|plugins|tests|docs|locks|\.ci|ektp_\w+)/[\w./-]*")
_NAME = re.compile(r"ektp_\w+(?:\.\w+)+")


def written(text: str) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """What the headings of a page can be reached by, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", written(text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def broken(page: str, text: str) -> Iterator[str]:
    """Relative links of a page that lead nowhere."""
    for link in _LINK.findall(written(text)):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (ROOT / page).parent / path
        if not target.exists() or (anchor and anchor not in anchors(target.read_text("utf-8") if path else text)):
            yield link


def named_files(text: str) -> Iterator[str]:
    """Files and folders a page names in backticks."""
    yield from (name for name in _QUOTED.findall(written(text)) if _FILE.fullmatch(name))


def is_on_disk(name: str) -> bool:
    return any((ROOT / folder / name).exists() for folder in (".", "src", "daemon", "plugins"))


# -- links and names --------------------------------------------------------------------------


def test_every_relative_link_leads_somewhere(pages: dict[str, str]) -> None:
    found = {page: list(broken(page, text)) for page, text in pages.items()}
    assert {page: links for page, links in found.items() if links} == {}


def test_a_link_to_nowhere_is_seen() -> None:
    text = "# Title\n[a](no-such-page.md) [b](glossary.md#no-such-word) [c](#title) [d](#other)"
    assert list(broken("docs/index.md", text)) == ["no-such-page.md", "glossary.md#no-such-word", "#other"]


def test_every_page_can_be_reached_from_the_index(pages: dict[str, str]) -> None:
    found: set[Path] = set()
    waiting = [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in found or page.suffix != ".md":
            continue
        found.add(page)
        links = _LINK.findall(written(page.read_text(encoding="utf-8")))
        waiting += [page.parent / link.partition("#")[0] for link in links if "://" not in link and link[0] != "#"]
    assert {str(ROOT / page) for page in pages if page.startswith("docs/")} - {str(page) for page in found} == set()


def test_every_file_that_is_named_exists(pages: dict[str, str]) -> None:
    missing = {(page, name) for page, text in pages.items() for name in named_files(text) if not is_on_disk(name)}
    assert missing == set()


def test_a_file_that_does_not_exist_is_seen() -> None:
    assert list(named_files("see `src/ektp_core/lock/tabel.py` and `ektp_core.lock`")) == [
        "src/ektp_core/lock/tabel.py"
    ]
    assert not is_on_disk("src/ektp_core/lock/tabel.py")
    assert is_on_disk("ektp_core/lock/table.py")


def test_every_module_and_attribute_that_is_named_exists(pages: dict[str, str]) -> None:
    names = {name for text in pages.values() for name in _QUOTED.findall(written(text)) if _NAME.fullmatch(name)}
    assert "ektp_core.flow.codec" in names
    for name in names:
        resolve_name(name)


# -- examples ---------------------------------------------------------------------------------


def unrun(text: str) -> list[str]:
    """First lines of Python blocks that a doctest would not run, or would misread at the fence."""
    blocks = _PYTHON.findall(text)
    return [block.split("\n")[0] for block in blocks if not block.startswith(">>> ") or not block.endswith("\n\n")]


def test_every_python_example_is_one_that_runs(pages: dict[str, str]) -> None:
    assert {page: unrun(text) for page, text in pages.items() if unrun(text)} == {}
    assert sum(len(_PYTHON.findall(text)) for text in pages.values()) >= 4


def test_an_example_that_would_not_run_is_seen() -> None:
    assert unrun("```python\nstep()\n\n```\n```python\n>>> 1\n1\n\n```\n```python\n>>> 2\n2\n```\n") == [
        "step()",
        ">>> 2",
    ]


def test_every_concept_has_an_example(pages: dict[str, str]) -> None:
    concepts = {page: text for page, text in pages.items() if page.startswith("docs/concepts/")}
    assert len(concepts) >= 4
    assert [page for page, text in concepts.items() if not _PYTHON.search(text)] == []


def test_the_examples_are_collected_with_the_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    options = project["tool"]["pytest"]["ini_options"]
    assert {"docs", "README.md"} <= set(options["testpaths"])
    assert "--doctest-glob=*.md" in options["addopts"]


# -- what a page must say ---------------------------------------------------------------------


def test_every_target_of_the_makefile_is_in_the_contributors_page(pages: dict[str, str]) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", pages["docs/contributing.md"]))
    assert len(targets) >= 8
    assert named == targets


def test_the_two_names_nobody_guesses_are_explained_in_the_first_ten_lines(pages: dict[str, str]) -> None:
    first = "\n".join(pages["docs/architecture.md"].splitlines()[:10])
    assert "src/ektp_core/flow/" in first
    assert "src/ektp_core/boundary/" in first


def test_decisions_are_numbered_without_a_gap_and_listed(pages: dict[str, str]) -> None:
    names = sorted(file.name for file in DECISIONS.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert re.findall(r"\]\(([^)]+)\)", pages["docs/decisions/README.md"]) == names


def test_every_decision_says_what_was_known_chosen_and_follows(pages: dict[str, str]) -> None:
    for page, text in pages.items():
        if re.match(r"docs/decisions/\d", page):
            number = int(Path(page).name[:4])
            assert text.startswith(f"# {number}. "), page
            assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], page
            assert re.search(r"^Status: (accepted|replaced by \[)", text, re.MULTILINE), page
            assert len(text.splitlines()) <= 50, page


def test_no_page_uses_a_word_that_means_something_else_here(pages: dict[str, str]) -> None:
    assert [page for page, text in pages.items() if re.search(r"\ballocat", text, re.IGNORECASE)] == []

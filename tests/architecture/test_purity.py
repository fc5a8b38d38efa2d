"""The core calls nothing that reads the world: what imports do not show, the syntax tree does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "src" / "ektp_core"

#: Builtins that reach outside, or that could fetch any of the others unseen. As a method's name
#: (a record may be `.open`) they are harmless.
BUILTINS = frozenset({"__import__", "breakpoint", "eval", "exec", "input", "open", "print"})

#: Names that mean clock, chance or surroundings wherever they stand: `now()`, `datetime.now`.
ANYWHERE = frozenset(
    {"environ", "getenv", "now", "random", "sleep", "time", "today", "urandom", "utcnow", "uuid4"}
)


def impure_names(source: str) -> Iterator[tuple[int, str]]:
    """Every banned name a piece of source uses, with its line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) if name in BUILTINS | ANYWHERE:
                yield node.lineno, name
            case ast.Attribute(attr=name) if name in ANYWHERE:
                yield node.lineno, name
            case ast.alias(name=path) if (name := path.split(".")[-1]) in ANYWHERE:
                yield node.lineno, name


def test_the_core_uses_no_banned_name() -> None:
    files = sorted(CORE.rglob("*.py"))
    assert len(files) > 5
    found = [
        f"{file.relative_to(CORE)}:{line} {name}"
        for file in files
        for line, name in impure_names(file.read_text())
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted(BUILTINS | ANYWHERE))
def test_each_banned_name_is_found_when_called(name: str) -> None:
    assert list(impure_names(f"def judge():\n    return {name}('x')")) == [(2, name)]


@pytest.mark.parametrize("name", sorted(ANYWHERE))
def test_a_banned_name_is_found_behind_a_dot_and_in_an_import(name: str) -> None:
    assert list(impure_names(f"value = module.{name}()")) == [(1, name)]
    assert list(impure_names(f"from module import {name} as harmless")) == [(1, name)]


def test_words_of_the_domain_are_not_mistaken_for_builtins() -> None:
    assert list(impure_names("record.open\nat_ms = ask.at_ms\nprinted = book.print_count")) == []

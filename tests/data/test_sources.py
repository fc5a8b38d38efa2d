"""What the sources say is found as it stands: literals of the calls that speak, and phrases among facts."""

import ast
from pathlib import Path

import pytest

from ektp_data import sources
from ektp_data.sources import Literal, said, told


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> "Source":
    return Source(monkeypatch)


class Source:
    """One made-up source in the place of all others."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, text: str, place: str = "ektp_cli/x.py") -> None:
        self.monkeypatch.setattr(sources, "_trees", lambda: iter([(ast.parse(text), place)]))


def test_what_a_command_says_is_found_in_the_order_of_the_source(source: Source) -> None:
    source("say('one {a}', a=1)\nshow_table(say('two'), ('three', name), rows, ('four',))\nself.say('five' if x else 'six')")
    assert [one.text for one in said()] == ["one {a}", "three", "four", "two", "five", "six"]


def test_a_text_that_is_put_together_is_an_error(source: Source) -> None:
    source("\nsay(f'{count} taken')")
    with pytest.raises(ValueError, match=r"ektp_cli/x.py:2: give the facts by name, `7 taken`"):
        said()


def test_a_daemon_says_alarms_alone(source: Source) -> None:
    """What it writes into its log is for machines."""
    source("say('one')\nself.trouble(f'printer {x}', why)\nAlarm('two' if fatal else 'three', {})", "ektp_hub/step.py")
    assert [one.text for one in said()] == ["two", "three"]


def test_phrases_are_found_in_mappings_of_facts_in_helpers_and_in_values_named_after_a_fact(source: Source) -> None:
    source(
        "facts = {'field': 'a name', 'shape': f'{n} cells', 'expected': error.strerror or 'a file to read'}\n"
        "raise _bad(path, 'it is no key', 'PNRI')\n"
        "expected = 'a party'\n"
    )
    assert set(told()) == {
        Literal("7 cells", "ektp_cli/x.py:1", True), Literal("a file to read", "ektp_cli/x.py:1"),
        Literal("it is no key", "ektp_cli/x.py:2"), Literal("a party", "ektp_cli/x.py:3"),
    }  # fmt: skip


def test_every_package_that_speaks_is_read() -> None:
    """All that stand in the wheel, but the harness."""
    folders = (Path(__file__).parents[2] / name for name in ("src", "daemon", "plugins"))
    packages = {folder.name for top in folders for folder in top.glob("ektp_*") if (folder / "__init__.py").is_file()}
    assert set(sources.PACKAGES) == packages - {"ektp_testing"}

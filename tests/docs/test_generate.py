"""The generated pages say what the code says, and a page that does not is seen."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "docs" / "generate.py"


@pytest.mark.parametrize("hash_seed", ["1", "20"])
def test_every_generated_page_is_current_whatever_the_order_of_sets(
    hash_seed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", hash_seed)
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), "run `make docs`"


def test_a_page_that_was_changed_by_hand_or_is_missing_is_named(generate: ModuleType, tmp_path: Path) -> None:
    generate.write_all(tmp_path)
    assert generate.stale(tmp_path) == []
    lock = tmp_path / "reference" / "lock.md"
    lock.write_text(lock.read_text(encoding="utf-8").replace("WASTE_HELD", "STOCK", 1), encoding="utf-8")
    (tmp_path / "glossary.md").unlink()
    assert generate.stale(tmp_path) == ["glossary.md", "reference/lock.md"]


def test_the_check_fails_and_says_which_page_is_old(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "PAGES", {"glossary.md": lambda: "another text"})
    assert generate.main(["--check"]) == 1
    assert "docs/glossary.md is out of date" in capsys.readouterr().err


def test_another_argument_writes_nothing(
    generate: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never() -> str:
        raise AssertionError("a page was made")

    monkeypatch.setattr(generate, "PAGES", {"glossary.md": never})
    assert generate.main(["--chekc"]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_comment_belongs_to_the_member_on_its_own_line(generate: ModuleType) -> None:
    from ektp_core.press.recover import Answer

    said = generate.comments(Answer)
    assert said["NOT_FED"] == "no blank left the hopper: back to authorised"
    assert "GOOD" not in said, "it has no comment; the one below it is another member's"


def test_a_bar_in_a_cell_does_not_end_the_cell(generate: ModuleType) -> None:
    assert generate.table(("type",), [("str | None",)]).splitlines()[-1] == r"| str \| None |"


def test_a_member_without_its_own_term_takes_the_one_in_brackets(generate: ModuleType) -> None:
    from ektp_core.vocabulary.bucket import Bucket

    assert generate.glossary_page.__module__ == "glossary_page"
    held = sys.modules["glossary_page"].member(Bucket.GOOD_HELD, "good card waiting to be handed over (kartu baik)")
    assert held == ("good held", "kartu baik", "good card waiting to be handed over")

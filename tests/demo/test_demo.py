"""The main job, as a new user sees it: `ektp demo` ends by itself, keeps its promises, and its books verify."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import apsw
import pytest

from ektp_data.csv_records import read_records
from ektp_data.regions import load_regions

pytestmark = pytest.mark.processes

Ran = tuple[Path, dict[str, Any], str]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One run of the demo: its folder, its findings and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    findings = folder / "findings.json"
    command = [sys.executable, "-m", "ektp_cli", "demo", "--folder", str(folder / "d"), "--json", str(findings)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "d", json.loads(findings.read_text(encoding="utf-8")), done.stdout + done.stderr


def ektp(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ektp_cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_the_demo_prints_every_record_and_accounts_for_every_blank(ran: Ran) -> None:
    _, found, _ = ran
    assert found["received"] == 300
    assert found["conserved"] is True
    assert found["double_prints"] == 0
    assert found["broken"] == []
    # 200 of people.csv and 9 of messy.csv; 3 misprints and 1 jam are printed again.
    assert found["good"] == 209
    assert found["misprinted"] == 4
    assert found["reprinted"] == 4
    assert found["buckets"] == {"GOOD_HELD": 209, "STOCK": 87, "WASTE_HELD": 4}


def test_the_card_that_was_in_the_press_at_the_kill_ended_as_the_one_suspect(ran: Ran) -> None:
    assert ran[1]["suspect"] == 1


def test_both_books_verify_after_the_demo(ran: Ran) -> None:
    folder, _, _ = ran
    for book in (folder / "centre" / "book.sqlite", folder / "centre" / "station-52.03-1" / "station.db"):
        done = ektp("verify", str(book))
        assert done.returncode == 0, done.stdout + done.stderr


def test_one_changed_byte_of_the_hubs_book_is_named(ran: Ran) -> None:
    folder, _, _ = ran
    copy = folder / "changed.sqlite"
    source = apsw.Connection(str(folder / "centre" / "book.sqlite"))
    target = apsw.Connection(str(copy))
    with target.backup("main", source, "main") as backup:
        backup.step()
    source.close()
    names = [name for (name,) in target.execute("select name from sqlite_master where type = 'trigger'")]
    sql = dict(target.execute("select name, sql from sqlite_master where type = 'trigger'"))
    for name in names:
        target.execute(f"drop trigger {name}")
    seq, body = next(
        iter(target.execute("select seq, body from event where length(body) > 40 order by seq limit 1 offset 900"))
    )
    changed = bytes([*body[:30], body[30] ^ 1, *body[31:]])
    target.execute("update event set body = ? where seq = ?", (changed, seq))
    for text in sql.values():
        target.execute(text)
    target.close()
    done = ektp("verify", str(copy))
    assert done.returncode != 0
    assert f"{seq}" in done.stderr + done.stdout
    assert "BOOK_DAMAGED" in done.stderr + done.stdout


def test_no_citizens_number_stands_in_any_log_or_book(ran: Ran) -> None:
    folder, _, said = ran
    people = Path(str(files("ektp_data") / "demo" / "people.csv")).read_bytes()
    niks = [row.record.nik.reveal() for row in read_records(people, load_regions()).rows]
    assert len(niks) > 190
    watched = [*folder.glob("*.log"), *folder.glob("centre/*.sqlite*"), *folder.glob("centre/station*/station.db*")]
    assert len(watched) >= 4
    text = said.encode() + b"".join(path.read_bytes() for path in watched)
    assert [nik for nik in niks if nik.encode() in text] == []


def test_the_pictures_and_the_report_are_where_the_demo_says(ran: Ran) -> None:
    folder, _, said = ran
    for name in ("printer-A", "printer-B"):
        assert str(folder / name / "cards") in said
        assert len(list((folder / name / "cards").glob("*.png"))) > 50
    assert len((folder / "report.csv").read_text(encoding="utf-8").splitlines()) == 5

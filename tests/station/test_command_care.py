"""The commands about printers say in plain sentences what the station's page knows."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ektp_core.flow.blank_tests import DoubtTest, NoteCleaning, OrderTest
from ektp_station import command_care
from ektp_station.commands import station

NOW = {
    "printers": [
        {
            "name": "A",
            "phase": "idle",
            "cards_today": 40,
            "waits": None,
            "due": [{"code": "clean-said", "facts": {"printer": "A"}, "text": ""}],
            "notices": [
                {"condition": "media-low", "code": "prtAlertCode 807, V107"}, {"condition": "cleaning-due", "code": ""},
            ],
            "supplies": [
                {"name": "ribbon", "cards": 90, "working_days": 2},
                {"name": "film", "cards": None, "working_days": None},
                {"name": "blanks", "cards": 7, "working_days": None},
            ],
        },
        {"name": "B", "phase": "idle", "waits": {"code": "daily-cap", "facts": {"printer": "B", "cap": 200}}},
    ],
    "troubles": {"printer C": "driver virtual sees no printer VP-3"},
}


def test_printers_says_who_takes_a_card_and_who_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_care, "answer", lambda *_: NOW)
    monkeypatch.setenv("LANG", "en")
    result = CliRunner().invoke(station, ["printers", str(tmp_path)], catch_exceptions=False)
    assert result.output.splitlines() == [
        "Printer A takes the next card; 40 cards today.",
        "  Printer A asks to be cleaned.",
        "  it reports: few blanks in the hopper (prtAlertCode 807, V107)",
        "  it reports: a cleaning that is due",
        "  ribbon: 90 cards, about 2 working days.",
        "  film: the printer cannot tell.",
        "  blanks: 7 cards.",
        "Printer B made its 200 cards of today; it goes on tomorrow.",
        "Trouble with printer C: driver virtual sees no printer VP-3",
    ]


@pytest.mark.parametrize(
    ("command", "body"), [("test-card", OrderTest("A")), ("doubt-test", DoubtTest("A")), ("cleaned", NoteCleaning("A"))]
)
def test_people_order_test_cards_and_note_cleanings(
    command: str, body: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(command_care, "ask", lambda *arguments: asked.append(arguments))
    monkeypatch.setattr(command_care, "station_of", lambda _: "station/52.03/1")
    line = [command, str(tmp_path), "--printer", "A", "--key", "operator.key"]
    assert CliRunner().invoke(station, line, catch_exceptions=False).exit_code == 0
    assert asked == [(tmp_path, "station/52.03/1", body, (Path("operator.key"),), None)]

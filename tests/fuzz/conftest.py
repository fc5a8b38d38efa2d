"""Prints what came of the made-up inputs after the tests, whichever process ran them."""

from typing import Any

from tests.fuzz.engine import table


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table of counts."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    rows = [value for one in reports for name, value in getattr(one, "user_properties", ()) if name == "fuzz"]
    for seed in dict.fromkeys(row[0] for row in rows):
        terminalreporter.section(f"made-up device bytes, seed {seed}")
        terminalreporter.write_line(table([tuple(row[1:]) for row in rows if row[0] == seed]))

"""`ektp driver`: which drivers are installed, whether one holds, and a new one to begin with."""

import json
import os
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ektp_core.boundary.card_printer import DriverError

if TYPE_CHECKING:
    from ektp_data.texts import Translator
    from ektp_testing.driver_kit.check import Check, Verdict


@click.group()
def driver() -> None:
    """Printers' drivers: list them, judge one, begin a new one (driver pencetak)."""


@driver.command("list")
def list_drivers() -> None:
    """List the installed drivers, who brings each, and whether it can be judged here."""
    from ektp_testing.driver_kit.found import benches, drivers

    words, can_be_judged = _words(), benches()
    for name, point in sorted(drivers().items()):
        bench = words.text("has a bench") if name in can_be_judged else words.text("no bench")
        click.echo(f"{name:16} {_brought_by(point):28} {bench}")


@driver.command("check")
@click.argument("name")
@click.option("--check", "only", multiple=True, metavar="CHECK", help="Run this check only; may be given again.")
@click.option("--list-checks", is_flag=True, help="Show every check with what it holds, and end.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the verdicts to a file."
)
def check_driver(name: str, only: tuple[str, ...], list_checks: bool, json_file: Path | None) -> None:
    """Judge an installed driver on its bench.

    What the driver says is compared with what the device did: normal cards, every fault the bench
    can make, the driver's process killed at every step. A check that does not apply is excused,
    with the reason.

    \b
    Examples:
      ektp driver check virtual
      ektp driver check virtual --check jam --check token-once
      ektp driver check acme --json verdicts.json

    Exit code 1: a check failed, or none could be run.
    """
    from ektp_testing.driver_kit import bench_of, installed, judge

    words, checks = _words(), _chosen(only)
    if list_checks:
        for one in checks:
            click.echo(f"{one.name:24} {one.says}")
        return
    width = max(len(one.name) for one in checks)
    try:
        verdicts = judge(installed(name), bench_of(name), checks, lambda verdict: _show(verdict, width))
    except DriverError as error:
        raise click.ClickException(str(error)) from None
    if json_file:
        json_file.write_text(f"{json.dumps(verdicts.plain(), indent=2)}\n", "utf-8")
    click.echo(
        words.text(
            "{driver}: {passed} passed, {failed} failed, {excused} excused.",
            driver=name, passed=len(verdicts.passed), failed=len(verdicts.failed), excused=len(verdicts.excused),
        )
    )  # fmt: skip
    if verdicts.not_met:
        names = ", ".join(one.check.name for one in verdicts.not_met)
        click.echo(
            words.text("Not judged, because what was ordered of the bench never happened: {names}.", names=names)
        )
    if not verdicts.hold:
        raise SystemExit(1)


@driver.command("new")
@click.argument("name")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to; else ektp-driver-NAME.")
def new_driver(name: str, folder: Path | None) -> None:
    """Write a small driver that works, to begin with.

    It is a distribution of its own: driver, a printer made of software, its bench, and tests. It
    passes every check that applies as it is written.

    \b
    Example:
      ektp driver new acme
    """
    from ektp_testing.driver_kit.new_driver import write_new_driver

    place = folder or Path(f"ektp-driver-{name.replace('_', '-')}")
    try:
        written = write_new_driver(name, place)
    except DriverError as error:
        raise click.ClickException(str(error)) from None
    for path in written:
        click.echo(str(path))
    words = _words()
    click.echo(words.text("Install it:  {command}", command=f"python -m pip install --editable {place}"))
    click.echo(words.text("Judge it:    {command}", command=f"ektp driver check {name}"))


def _words() -> "Translator":
    from ektp_data.texts import chosen_language, translator

    return translator(chosen_language(os.environ))


def _chosen(only: tuple[str, ...]) -> "tuple[Check, ...]":
    from ektp_testing.driver_kit import CHECKS

    known = {one.name: one for one in CHECKS}
    strangers = [one for one in only if one not in known]
    if strangers:
        raise click.ClickException(_words().text("There is no check called {name}.", name=strangers[0]))
    return tuple(known[one] for one in only) or CHECKS


def _show(verdict: "Verdict", width: int) -> None:
    from ektp_testing.driver_kit.check import line_of

    click.echo(line_of(verdict, width))


def _brought_by(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "?"

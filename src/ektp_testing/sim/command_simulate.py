"""`ektp simulate`: small countries go wrong in every way, heal, and are counted."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ektp_core.errors import Refused

if TYPE_CHECKING:
    from ektp_data.texts import Translator
    from ektp_testing.sim.campaign import Totals
    from ektp_testing.sim.options import Options
    from ektp_testing.sim.story import Told


@click.command()
@click.option("--seed", type=click.IntRange(0), help="Tell the story of this one seed.")
@click.option("--seeds", type=click.IntRange(1), help="Live through this many seeds (200 unless --seconds is given).")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="Live through seeds for so long.")
@click.option("--first", type=click.IntRange(0), default=0, show_default=True, help="The first seed.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="On how many processors.")
@click.option("--option", "changes", multiple=True, metavar="NAME=VALUE", help="Another value of an option.")
@click.option("--list-options", is_flag=True, help="Show every option with its value, and end.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to a file."
)
def simulate(
    seed: int | None,
    seeds: int | None,
    seconds: float | None,
    first: int,
    jobs: int,
    changes: tuple[str, ...],
    list_options: bool,
    json_file: Path | None,
) -> None:
    """Live through made-up offices in which everything goes wrong (simulasi).

    Hub, stations, books and messages are the real ones; clock, network, disks, printers and
    cards are simulated, all from one seed: the same seed tells the same story again. First
    there is trouble, then nothing goes wrong any more, and at the end every blank, card and
    record is counted against what really happened.

    \b
    Examples:
      ektp simulate --seconds 60
      ektp simulate --seeds 20000 --jobs 2 --json simulate.json
      ektp simulate --seed 439
      ektp simulate --seed 439 --option loss=0 --option without=3,7

    Exit code 1: something was found; the story is told in its shortest form.
    """
    from ektp_data.texts import chosen_language, translator
    from ektp_testing.sim.options import Options, with_changes

    words = translator(chosen_language(os.environ))
    try:
        options = with_changes(Options(), changes)
    except Refused as refused:
        raise click.ClickException(words.what(refused)) from None
    if list_options:
        _list(options)
    elif seed is not None:
        _one(words, seed, options)
    else:
        _many(words, first, options, (seeds or (0 if seconds else 200), seconds or 0.0, jobs), json_file)


def _list(options: "Options") -> None:
    from attrs import asdict

    for name, value in asdict(options).items():
        click.echo(f"{name}={','.join(map(str, value)) if isinstance(value, tuple) else value}")


def _one(words: "Translator", seed: int, options: "Options") -> None:
    from ektp_testing.sim.story import run

    told = run(seed, options)
    for line in told.trace:
        click.echo(line)
    click.echo(words.text("Digest of the story: {digest}", digest=told.digest))
    if told.check:
        click.echo(words.text("Found: {check}", check=f"{told.check}: {told.text}"))
        raise SystemExit(1)
    click.echo(words.text("Nothing was found."))


def _many(
    words: "Translator", first: int, options: "Options", extent: tuple[int, float, int], json_file: Path | None
) -> None:
    from ektp_testing.sim.campaign import campaign

    seeds, seconds, jobs = extent
    is_shown = sys.stderr.isatty()

    def shown(totals: "Totals") -> None:
        if is_shown:
            click.echo(f"\r{totals.seeds} ...", err=True, nl=False)

    totals = campaign(first, options, seeds=seeds, seconds=seconds, jobs=jobs, shown=shown)
    if is_shown:
        click.echo("\r", err=True, nl=False)
    if json_file:
        json_file.write_text(f"{json.dumps(totals.plain(), indent=2)}\n", "utf-8")
    click.echo(
        words.text(
            "{seeds} seeds, {cards} cards printed, {rate} seeds a second a core.",
            seeds=totals.seeds, cards=totals.cards, rate=f"{totals.seeds_a_second_a_core:.1f}",
        )
    )  # fmt: skip
    if not totals.found:
        click.echo(words.text("Nothing was found."))
        return
    click.echo(words.text("Found in {count} seeds:", count=totals.found_count))
    for told in totals.found:
        click.echo(f"  {told.seed}: {told.check}: {told.text}")
    _tell(words, totals.found[0], options)
    raise SystemExit(1)


def _tell(words: "Translator", told: "Told", options: "Options") -> None:
    from ektp_testing.sim.shrinking import replay_command, shrink

    shrunk = shrink(told, options)
    click.echo(words.text("The story of seed {seed}, without what it does not need:", seed=told.seed))
    for line in shrunk.told.trace:
        click.echo(f"  {line}")
    click.echo(words.text("Found: {check}", check=f"{shrunk.told.check}: {shrunk.told.text}"))
    click.echo(words.text("To see it again: {command}", command=replay_command(told.seed, shrunk.changes)))

"""`ektp printer`: run a virtual printer and be the person standing beside it.

The commands only parse and show; what they do is in `server` and `front_panel`.
"""

import json
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TextIO

import click
import msgspec

from ektp_core.boundary.card_printer import DriverError
from ektp_core.errors import Refused
from ektp_driver_virtual import chip
from ektp_driver_virtual.front_panel import EVERYWHERE, FrontPanel
from ektp_driver_virtual.messages import FaultKind, Flaw, PanelView, Step, TakeFrom
from ektp_driver_virtual.truth import Place, Truth, read_truth

Arguments = ParamSpec("Arguments")

_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The printer's own folder: its cards, its truth and its address.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def _words(kind: type[FaultKind] | type[Step] | type[Flaw] | type[TakeFrom]) -> click.Choice[str]:
    return click.Choice([member.value for member in kind])


def _plainly(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Show what a printer or file said as a sentence, not as a traceback."""

    @wraps(command)
    def guarded(*args: Arguments.args, **options: Arguments.kwargs) -> None:
        try:
            command(*args, **options)
        except (DriverError, Refused) as error:
            raise click.ClickException(str(error)) from error

    return guarded


@click.group()
def printer() -> None:
    """A card printer made of software, with its own process and folder.

    \b
    Start one, put ten blanks in, let the second card be misprinted, look at it:
      ektp printer run    --folder p1 --serial VP-0001 &
      ektp printer load   --folder p1 --series TEST-1 --from 1 --count 10
      ektp printer fault  --folder p1 misprint --at-card 2
      ektp printer status --folder p1

    A station reaches it through the driver "virtual"; the folder is the hint. What the
    printer did lies in FOLDER/truth.jsonl, what came out of it in FOLDER/cards.
    """  # click wants the character itself


@printer.command()
@_folder
@click.option("--serial", default="VP-0001", show_default=True, help="The printer's own serial number.")
@click.option("--card-ms", type=click.IntRange(0), default=60, show_default=True, help="Time of one card.")
@click.option(
    "--reboot-ms", type=click.IntRange(0), default=300, show_default=True,
    help="Time to restart after a power loss.",
)  # fmt: skip
@_plainly
def run(folder: Path, serial: str, card_ms: int, reboot_ms: int) -> None:
    """Run the printer until it is ended (SIGTERM or Ctrl-C).

    Ending it while a card is being marked is a power cut: the card stays inside, half
    printed. Started again with the same folder, it goes on from what its truth says.
    """
    from ektp_driver_virtual.server import PrinterProcess  # pictures take 50 ms to import

    process = PrinterProcess(folder, serial, card_ms, reboot_ms)
    found = process.start()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: process.stop())
    click.echo(f"printer {serial} is ready at {found.driver}")
    process.wait()


@printer.command()
@_folder
@click.option("--series", default="", help="The blanks' series, for example PNRI-2018.")
@click.option("--from", "lo", type=click.IntRange(1), default=1, help="Number of the first blank.")
@click.option("--count", type=click.IntRange(0), default=0, help="How many blanks, in order.")
@click.option("--seed", default=chip.DEFAULT_SEED, show_default=True, help="The chips' UIDs follow from it.")
@click.option("--uids", type=click.File(), help="A file with one UID a line instead (14 hexadecimal digits, in order).")
@click.option("--ribbon", is_flag=True, help="Put in a fresh ribbon too, or alone.")
@_plainly
def load(folder: Path, *, series: str, lo: int, count: int, seed: str, uids: TextIO | None, ribbon: bool) -> None:
    """Put blanks into the hopper, or a fresh ribbon into the machine."""
    panel = FrontPanel(folder)
    if not ribbon and not (series and count):
        raise click.UsageError("name --series, --from and --count, or --ribbon")
    if ribbon:
        panel.new_ribbon()
        click.echo("fresh ribbon")
    if series and count:
        given = [line.strip() for line in uids if line.strip()] if uids else []
        shown = panel.load(series, lo, count, seed, given)
        click.echo(f"{count} blanks loaded, {shown.in_hopper} in the hopper, next {shown.next_blank}")


@printer.command()
@_folder
@click.argument("kind", type=_words(FaultKind))
@click.option(
    "--at-card", type=click.IntRange(0), default=1, show_default=True,
    help="At which card fed from now: 1 is the next one, 0 the one inside.",
)  # fmt: skip
@click.option("--at-step", type=_words(Step), help="At which step; each fault has its usual one.")
@click.option("--look", type=_words(Flaw), default=Flaw.ANY.value, help="How a misprint looks.")
@_plainly
def fault(folder: Path, kind: str, at_card: int, at_step: str | None, look: str) -> None:
    """Make something go wrong, once.

    \b
    misprint    the picture is wrong; the printer does not notice (at mark)
    jam         the card is stuck and bent (mark, feed, encode, eject)
    run-out     the ribbon ends (feed, encode, mark, eject); see load --ribbon
    power-loss  the power goes and comes back by itself (mark, feed, encode, eject)
    dead-chip   the blank's chip does not answer (encode)
    """  # click wants the character itself
    step = Step(at_step) if at_step else None
    FrontPanel(folder).fault(FaultKind(kind), at_card, step, Flaw(look))
    click.echo(f"{kind} will happen")


@printer.command()
@_folder
@_json
@_plainly
def status(folder: Path, as_json: bool) -> None:
    """Show what the machine's display shows."""
    _show(FrontPanel(folder).view(), as_json)


@printer.command()
@_folder
@click.argument("places", nargs=-1, type=_words(TakeFrom))
@_plainly
def take(folder: Path, places: tuple[str, ...]) -> None:
    """Take cards out of the machine: output, reject, jammed, hopper.

    Without a place: all finished, rejected and stuck cards. After a stuck card is out, the
    station still has to clear the error.
    """
    taken = FrontPanel(folder).take(*(TakeFrom(place) for place in places) if places else EVERYWHERE)
    click.echo("\n".join(taken) if taken else "nothing to take")


@printer.command()
@_folder
@click.argument("position", type=click.Choice(["on", "off"]))
@_plainly
def power(folder: Path, position: str) -> None:
    """Switch the machine on or off, whatever it is doing."""
    FrontPanel(folder).power(position == "on")
    click.echo(f"power {position}")


@printer.command()
@_folder
@_json
@_plainly
def truth(folder: Path, as_json: bool) -> None:
    """Show what physically happened to every card, from the printer's own file.

    For judges: a station has no way to ask for this.
    """
    found = read_truth(folder)
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for card in found.cards.values():
        if card.fed:
            verdict = "good" if card.printed_good else f"spoiled ({card.why})" if card.spoiled else "unmarked"
            click.echo(f"{card.serial:24} {card.place.value:15} {verdict:40} {card.job_key}")
    click.echo(_sum(found))


def _sum(found: Truth) -> str:
    good, spoiled = len(found.good), len(found.spoiled)
    return f"{good} good, {spoiled} spoiled, {len(found.lying(Place.HOPPER))} blanks in the hopper"


def _show(view: PanelView, as_json: bool) -> None:
    plain = msgspec.to_builtins(view)
    if as_json:
        click.echo(json.dumps(plain))
        return
    for name, value in plain.items():
        shown = value if not isinstance(value, dict) else ", ".join(f"{k} {v}" for k, v in value.items())
        shown = ", ".join(shown) if isinstance(shown, list | tuple) else shown
        click.echo(f"{name.replace('_', ' '):12} {shown}")

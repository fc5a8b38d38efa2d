"""`ektp demo`: the whole line, from a CSV file to the last blank, with faults."""

import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

if TYPE_CHECKING:
    from ektp_cli.demo.machines import Kind
    from ektp_cli.demo.play import Play
    from ektp_cli.demo.show import Show


@frozen
class Wanted:
    """What the user asked for: `people` None and `card_ms` 0 leave it to the kind of printer."""

    kind: "Kind"
    people: int | None
    card_ms: int
    stay: bool


@click.command()
@click.option(
    "--driver",
    type=click.Choice(["virtual", "evolis", "cups"]),
    default="virtual",
    show_default=True,
    help="What prints: the virtual printer; a model of an Evolis printer through USB; a real CUPS queue.",
)
@click.option(
    "--people",
    type=click.IntRange(min=16),
    help="Print so many records. Left out: all with virtual, 40 with evolis, 24 with cups.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the findings to this file.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where to work; a new folder in the temporary one if left out."
)
@click.option(
    "--csv",
    "files",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Records to print instead of the shipped ones.",
)
@click.option(
    "--card-ms", type=click.IntRange(min=1), help="How long a printer takes for a card; left out: as its kind does."
)
@click.option("--stay", is_flag=True, help="Keep everything running at the end, until Ctrl-C.")
def demo(
    driver: str,
    people: int | None,
    json_file: Path | None,
    folder: Path | None,
    files: tuple[Path, ...],
    card_ms: int | None,
    stay: bool,
) -> None:
    """Print 200 specimen cards on two virtual printers, with faults, and account for every blank.

    Starts a hub, a station and two card printers as processes of their own. Three cards are
    misprinted, one jams, the station is killed in mid print, the hub is killed and comes
    back. Then the office reports, two people of the centre unlock, the cards are printed
    again, and every blank is accounted for. All people are made up, all cards say SPECIMEN.

    With --driver the same happens, on fewer cards, on other printers: evolis is a model of an Evolis printer's
    firmware, reached through pyusb; cups is a real CUPS with a printer program behind it
    (apt-get install cups cups-ipp-utils gcc). Neither tells what became of an interrupted card.

    \b
    Exit code 0: every promise held. 1: one was broken, or the demo could not run.

    \b
    Examples:
      ektp demo
      ektp demo --driver evolis
      ektp demo --driver cups --people 16
      ektp demo --json demo.json --folder /tmp/ektp-demo
    """
    from ektp_cli.demo.failed import DemoFailed
    from ektp_cli.demo.machines import kind_of

    try:
        kind = kind_of(driver)
        findings = _played(_empty(folder), files or _shipped(), Wanted(kind, people, card_ms or 0, stay))
    except DemoFailed as failed:
        from ektp_cli.showing import say

        click.secho(say("{why}", why=str(failed)), fg="red", err=True)
        sys.exit(1)
    if json_file:
        json_file.write_text(json.dumps(findings, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if findings["broken"] or findings["double_prints"] or not findings["conserved"] else 0)


def _empty(folder: Path | None) -> Path:
    """The folder to work in, made where it is missing. Raises the refusal of one that holds something."""
    where = folder or Path(tempfile.mkdtemp(prefix="ektp-demo-"))
    where.mkdir(parents=True, exist_ok=True)
    if any(where.iterdir()):
        from ektp_core.errors import Refusal, Refused

        raise Refused(Refusal.NO_ROOM, {"path": str(where)})
    return where


def _shipped() -> tuple[Path, ...]:
    from importlib.resources import files as packaged

    demo_files = packaged("ektp_data") / "demo"
    return tuple(Path(str(demo_files / name)) for name in ("people.csv", "messy.csv"))


def _played(where: Path, files: tuple[Path, ...], wanted: Wanted) -> dict[str, object]:
    from rich.console import Console

    from ektp_cli.demo.house import House
    from ektp_cli.demo.judge import judge, pictures
    from ektp_cli.demo.play import MANIFEST, Play
    from ektp_cli.demo.show import Show
    from ektp_cli.showing import words

    kind = wanted.kind
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started has sessions of its own: it is ended too
    show = Show(Console(highlight=False), words())
    with show.phase("start", "1. Start"):
        house = House(where, wanted.card_ms, kind)
        play = Play(house, show, files, kind.people if wanted.people is None else wanted.people)
    try:
        _act(play, show)
        shown = play.table()
        if wanted.stay:
            _wait(house.hub_url)
        house.stop("station")
        house.stop("hub")
        with show.phase("judge", "9. Judged by the printers' own truth"):
            findings = judge(house, MANIFEST, play.suspects, show.phases_s)
            books = _verified(house.hub.book, house.station_folder / "station.db")
    finally:
        house.close()
    show.accountability(shown)
    received = findings.received
    show.promise("all {count} blanks accounted for, each in one place", findings.conserved, count=received)
    show.promise("never two good cards of one authorisation or person", findings.double_prints == 0)
    show.promise("both books verify from the first entry: {commits} commits, {events} events", bool(books), **books)
    for one in findings.broken:
        show.broken(one)
    for path in pictures(house):
        show.say("pictures: {path}", path=str(path))
    show.say("report: {path}", path=str(where / "report.csv"))
    show.say("check: {command}", command=f"ektp verify {house.hub.book}")
    return findings.plain()


def _act(play: "Play", show: "Show") -> None:
    play.open()
    with show.phase("import", "2. Import print-ready records"):
        play.bring_records()
    with show.phase("deliver", "3. Deliver blanks"):
        play.deliver()
    play.arm()
    with show.phase("print", "4. Print"):
        play.print_all()
    with show.phase("settle", "5. Close each suspect"):
        play.settle_suspects()
    with show.phase("report", "6. Report"):
        play.report()
    with show.phase("unlock", "7. Unlock"):
        play.unlock()
    with show.phase("reprint", "8. Reprint"):
        play.reprint()


def _wait(url: str) -> None:
    from ektp_cli.showing import say

    click.echo(say("Everything keeps running; the hub is {address}. Ctrl-C ends it.", address=url))
    try:
        while True:
            click.pause("")
    except (KeyboardInterrupt, click.Abort):
        return


def _verified(*books: Path) -> dict[str, str]:
    """How many commits and events the books hold; a book that is not whole is refused."""
    from ektp_cli.showing import words
    from ektp_core.flow.apply import apply
    from ektp_keys.book_key import key_of_book
    from ektp_store.verify import verify

    found = [verify(str(book), apply, key=key_of_book(book)) for book in books]
    number = words().number
    return {"commits": number(sum(one.commits for one in found)), "events": number(sum(one.events for one in found))}

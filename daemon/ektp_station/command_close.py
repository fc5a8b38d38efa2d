"""`ektp station close`, `give-back` and `evidence`: the end of the day, and cards in doubt (tutup buku)."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ektp_core.errors import Refusal, Refused
from ektp_station.asking_station import (
    FOLDER,
    KEYS,
    PASSPHRASE,
    answer,
    ask,
    bring,
    opened_keys,
    ranges,
    say,
    station_of,
)

if TYPE_CHECKING:
    from ektp_station.day_close import CountFile

#: How long a card that is being made when the count begins may take to come out.
REST_S = 90.0

#: Phases in which nothing moves; a card that waits for a look lies still.
_STILL = frozenset({"away", "idle", "resting", "shut", "asking"})

#: People who count and sign a close.
_COUNTERS = 2


@click.command()
@FOLDER
@click.option("--file", "count_file", type=click.Path(dir_okay=False, path_type=Path), help="The count, as TOML.")
@click.option("--day", help="The day to close, such as 2018-11-19; today where it is left out.")
@click.option("--begin", is_flag=True, help="Only begin the count: from now on no card is begun.")
@click.option("--give-up", metavar="WHY", help="Give the count up; printing goes on.")
@click.option("--reopen", metavar="WHY", help="Open the closed day again; two people sign.")
@click.option("--json", "as_json", is_flag=True, help="The accepted close as JSON.")
@KEYS
@PASSPHRASE
def close(
    folder: Path,
    count_file: Path | None,
    day: str | None,
    begin: bool,
    give_up: str | None,
    reopen: str | None,
    as_json: bool,
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    """Count what lies at the station and close its day; two people count and sign.

    The count is blind: nobody is told what the book expects. From its beginning to the close no
    card is begun, and none on a closed day. Without --file the piles are asked for one by one.
    It works while the hub is away.

    \b
    Examples:
      ektp station close station-52.03-1 --key operator.key --key checker.key
      ektp station close station-52.03-1 --file counts.toml --key operator.key --key checker.key
    """
    where = station_of(folder)
    day = day or _local_day(where)

    def mark(name: str, why: str = "") -> None:
        from ektp_core.flow.closing_day import MarkDay
        from ektp_core.flow.closing_day_events import DayMark

        bring(folder, where, MarkDay(DayMark[name], day, why), keys, passphrase_file)

    if give_up or reopen:
        mark("COUNT_GIVEN_UP", give_up) if give_up else mark("REOPENED", reopen or "")
        click.echo(say("Taken."))
        return
    from ektp_station.day_close import as_ask, read_count

    # All that was given is looked at before anything stops: a slip of the pen keeps no printer waiting.
    count = read_count(count_file) if count_file else None
    if count:
        as_ask(count, day, 0)
    if not begin:
        _two_people(folder, keys, passphrase_file)
    if not _day(folder)["counting"]:
        mark("COUNT_BEGUN")
        click.echo(say("No card is begun from now on; --give-up ends the count without a close."), err=True)
    now = _until_still(folder)
    if begin:
        click.echo(say("The count has begun; no card is begun until the day is closed."))
        return

    def send(body: object) -> None:
        bring(folder, where, body, keys, passphrase_file)

    _close(send, now, day, count)
    told = _until(folder, lambda one: one["last"] is not None and not one["counting"])
    click.echo(json.dumps(told["last"], indent=2, ensure_ascii=False) if as_json else _summary(told["last"], where))


def _summary(last: dict[str, Any], where: str) -> str:
    from ektp_station.command_close_shown import summary

    return summary(last, where)


def _local_day(station: str) -> str:
    from ektp_core.vocabulary.local_calendar import date_of
    from ektp_core.vocabulary.party import PartyId
    from ektp_station.steady import now_ms

    return date_of(now_ms(), PartyId(station).home.value)


def _day(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = answer(folder, "GET", "/v1/now")["day"]
    return found


def _until(folder: Path, there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The day as the page shows it once that is so; the page follows its book within a moment."""
    until_s = time.monotonic() + 5
    while not there(found := _day(folder)) and time.monotonic() < until_s:
        time.sleep(0.05)
    return found


def _until_still(folder: Path) -> dict[str, Any]:
    """What is so once every card under way has come out. Cards that wait for a look are told."""
    until_s, is_told = time.monotonic() + REST_S, False
    while True:
        now = answer(folder, "GET", "/v1/now")
        moving = [one["name"] for one in now["printers"] if one["phase"] not in _STILL]
        if now["day"]["counting"] and not moving:
            break
        if time.monotonic() > until_s:
            facts = {"where": ", ".join(moving) or now["station"], "why": "a card is still under way"}
            raise Refused(Refusal.NOT_REACHED, facts)
        if moving and not is_told:
            click.echo(say("Waiting until the card in {printer} has come out.", printer=", ".join(moving)), err=True)
            is_told = True
        time.sleep(0.1)
    for one in now["printers"]:
        if one["phase"] == "asking":
            record = one["card"]["record"]
            click.echo(
                say("The card of {record} waits for a look; until then it counts as in the machine.", record=record),
                err=True,
            )
    if now["suspects"]:
        click.echo(say("Cards in doubt lie apart; count them with no pile."), err=True)
    return now


def _two_people(folder: Path, keys: tuple[Path, ...], passphrase_file: Path | None) -> None:
    """Refuse a close that one person signs before the count begins; the station looks at them once more.

    Raises:
        Refused: NEEDS_PEOPLE, and what is wrong with a key file.
    """
    people = {key.owner for key in opened_keys(folder, keys, passphrase_file)}
    if len(people) < _COUNTERS:
        raise Refused(Refusal.NEEDS_PEOPLE, {"needs": _COUNTERS, "found": len(people)})


def _close(send: Callable[[object], None], now: dict[str, Any], day: str, count: "CountFile | None") -> None:
    """Send the count; asked for by hand, piles that differ are counted once more, then explained."""
    from ektp_station.day_close import as_ask

    if count:
        send(as_ask(count, day, now["day"]["seq"]))
        return
    from ektp_station.command_close_asked import Asked

    asked = Asked(now["day"]["classes"])
    asked.count_all()
    while True:
        try:
            send(as_ask(asked.count, day, now["day"]["seq"]))
        except Refused as refused:
            if not asked.mend(refused):
                raise
        else:
            return


@click.command("give-back")
@FOLDER
@click.option("--paper", required=True, help="Number of the paper both sign.")
@click.option("--blanks", multiple=True, required=True, metavar="SERIES:FROM-TO", help="Blanks given back.")
@KEYS
@PASSPHRASE
def give_back(
    folder: Path, paper: str, blanks: tuple[str, ...], keys: tuple[Path, ...], passphrase_file: Path | None
) -> None:
    """Give unused blanks back to the office's store at the end of the day.

    They are on the way until the store counts them in.

    \b
    Example:
      ektp station give-back station-52.03-1 --paper P-7 --blanks PNRI-18:101-125 --key operator.key
    """
    from ektp_core.flow.taking_back import GiveBack

    ask(folder, station_of(folder), GiveBack(paper, ranges(blanks)), keys, passphrase_file)


@click.command("evidence")
@FOLDER
@click.option("--record", required=True, help="Number of the record whose card is in doubt.")
@click.option("--attempt", type=click.IntRange(1), required=True, help="Its attempt.")
@click.option("--uid", required=True, help="The chip that was read from the card that lies there.")
@click.option(
    "--place", type=click.Choice(["reject", "output", "in-printer", "unknown"]), default="reject",
    show_default=True, help="Where the card was found.",
)  # fmt: skip
@click.option(
    "--reader", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Key file of the enrolled reader that read it; without one it is only what a person says.",
)  # fmt: skip
@KEYS
@PASSPHRASE
def evidence(
    folder: Path,
    record: str,
    attempt: int,
    uid: str,
    place: str,
    reader: Path | None,
    keys: tuple[Path, ...],
    passphrase_file: Path | None,
) -> None:
    """Show the chip of a card in doubt that was found; its lock stays as it is.

    Read on an enrolled reader it needs only one person besides the operator to close the card as good.

    \b
    Example:
      ektp station evidence station-52.03-1 --record 52.03-000017 --attempt 1 --uid 04A1B2C3D4E5F6 \\
        --reader reader.key --key operator.key
    """
    from ektp_core.flow.suspect_evidence import AddEvidence
    from ektp_core.flow.suspect_evidence_events import Shown
    from ektp_core.vocabulary.verdict import BlankPlace

    body = AddEvidence(record, attempt, Shown.UID, uid.upper(), BlankPlace(place))
    ask(folder, station_of(folder), body, (*keys, reader) if reader else keys, passphrase_file)

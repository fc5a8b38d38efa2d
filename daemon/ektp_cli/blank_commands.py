"""`ektp blanks ...`: blanks come in, are granted, sent, issued and counted, by hand."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ektp_cli.options import HUB, KEY, KEYS, PASSPHRASE

if TYPE_CHECKING:
    from ektp_core.boundary.uplink import AskTaken

_CLASS = click.option("--class", "blank_class", default="v5", show_default=True, help="Class of the blanks.")
_PAPER = click.option("--paper", default="", help="Number of the paper.")
_PAPER_DATE = click.option("--paper-date", default="", help="Its date, such as 2018-11-20.")
_CONSIGNMENT = click.option("--consignment", required=True, help="Number of the consignment (pengiriman).")
_COUNT = click.option("--count", type=click.IntRange(1), required=True, help="How many blanks.")
_CHIPS_LIMIT_BYTES = 64 * 1024 * 1024


@click.group()
def blanks() -> None:
    """Blanks (blangko) on their way from the supplier to a station, by serial.

    \b
    From the supplier to a station, every step signed by whoever answers for it:
      ektp blanks supply   --supplier supplier/PNRI --blanks PNRI-18:1-300 ...
      ektp blanks grant    --allotment J-1 --party office/52.03 --count 240 ...
      ektp blanks dispatch --consignment K-1 --allotment J-1 ...
      ektp blanks receive  --consignment K-1 --party office/52.03 --found PNRI-18:1-240 ...
      ektp blanks issue    --consignment K-2 --station station/52.03/1 --count 240 ...
      ektp station receive FOLDER --consignment K-2 --found PNRI-18:1-240 ...

    Where every blank is now: `ektp table`.
    """


@blanks.command()
@HUB
@KEY
@click.option("--supplier", required=True, help="Who delivered, such as supplier/PNRI.")
@_CLASS
@click.option(
    "--blanks", "ranges", metavar="SERIES:FROM-TO", multiple=True, required=True, help="Serials of the manifest."
)
@click.option(
    "--chips", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The supplier's list of chips, one a line, in the order of the serials.",
)  # fmt: skip
@_PAPER
@_PAPER_DATE
@PASSPHRASE
def supply(
    hub_url: str,
    keys: tuple[Path, ...],
    supplier: str,
    blank_class: str,
    ranges: tuple[str, ...],
    chips: Path | None,
    paper: str,
    paper_date: str,
    passphrases: tuple[Path, ...],
) -> None:
    """Take a supplier's delivery into the book; each serial and each chip once, ever.

    \b
    Example:
      ektp blanks supply --hub http://127.0.0.1:8717 --key verifier-1.key \\
        --supplier supplier/PNRI --blanks PNRI-18:1-300 --paper BAST-1 --paper-date 2018-11-01

    \b
    The file of chips has one UID a line, in the order of the serials; empty lines and lines
    that begin with # are passed over:
      04A1B2C3D4E5F6
    """
    from ektp_core.flow.custody import TakeSupply

    body = TakeSupply(supplier, blank_class, _ranges(ranges, "--blanks"), paper, paper_date, _chips(chips))
    _ask(hub_url, body, keys, passphrases)


@blanks.command()
@HUB
@KEYS
@click.option("--allotment", required=True, help="Number of the new allotment (jatah).")
@click.option("--party", required=True, help="Who gets it, such as office/52.03.")
@_CLASS
@_COUNT
@_PAPER
@_PAPER_DATE
@click.option("--request", default="", help="Number of the request (usulan) this answers; otherwise all that are open.")
@click.option("--push", default="", help="Letter that gives more than the rules would; two of the centre sign.")
@click.option("--exception", default="", help="Letter that gives before the last one is reported; two sign.")
@PASSPHRASE
def grant(
    hub_url: str,
    keys: tuple[Path, ...],
    allotment: str,
    party: str,
    blank_class: str,
    count: int,
    paper: str,
    paper_date: str,
    request: str,
    push: str,
    exception: str,
    passphrases: tuple[Path, ...],
) -> None:
    """Grant an office blanks of the centre's stock; they are held apart until they are sent.

    A second allotment waits for an accepted report of the first, unless an exception is signed.

    \b
    Example:
      ektp blanks grant --hub http://127.0.0.1:8717 --key verifier-1.key \\
        --allotment J-1 --party office/52.03 --count 240
    """
    from ektp_core.flow.custody import Grant

    signed = {"request": request, "push": push, "exception": exception}
    _ask(hub_url, Grant(allotment, party, blank_class, count, paper, paper_date, **signed), keys, passphrases)


@blanks.command()
@HUB
@KEY
@_CONSIGNMENT
@click.option("--allotment", required=True, help="The allotment that is sent.")
@PASSPHRASE
def dispatch(
    hub_url: str, keys: tuple[Path, ...], consignment: str, allotment: str, passphrases: tuple[Path, ...]
) -> None:
    """Send an allotment's blanks to its office.

    \b
    Example:
      ektp blanks dispatch --hub http://127.0.0.1:8717 --key verifier-1.key \\
        --consignment K-1 --allotment J-1
    """
    from ektp_core.flow.custody import Dispatch

    _ask(hub_url, Dispatch(consignment, allotment), keys, passphrases)


@blanks.command()
@HUB
@KEYS
@_CONSIGNMENT
@click.option("--party", required=True, help="The office that received it, such as office/52.03.")
@click.option("--found", metavar="SERIES:FROM-TO", multiple=True, help="Blanks found good; may be repeated.")
@click.option("--short", metavar="SERIES:FROM-TO", multiple=True, help="Blanks that are missing.")
@click.option("--damaged", metavar="SERIES:FROM-TO", multiple=True, help="Blanks that came damaged.")
@click.option("--partial", is_flag=True, help="The rest is still on the road and will be counted later.")
@click.option("--minutes", default="", help="Number of the minutes; a province's must name its damaged blanks.")
@click.option("--minutes-date", default="", help="Their date, such as 2018-11-20.")
@PASSPHRASE
def receive(
    hub_url: str,
    keys: tuple[Path, ...],
    consignment: str,
    party: str,
    found: tuple[str, ...],
    short: tuple[str, ...],
    damaged: tuple[str, ...],
    partial: bool,
    minutes: str,
    minutes_date: str,
    passphrases: tuple[Path, ...],
) -> None:
    """Count a consignment into an office's store; two people sign.

    Every blank of the consignment is found, short or damaged, unless the count is partial. What a station received is
    counted at the station: `ektp station receive`.

    \b
    Example:
      ektp blanks receive --hub http://127.0.0.1:8717 --consignment K-1 \\
        --party office/52.03 --found PNRI-18:1-239 --damaged PNRI-18:240 \\
        --key operator.key --key verifier-2.key
    """
    from ektp_core.flow.custody import Receive

    counted = (_ranges(found, "--found"), _ranges(short, "--short"), _ranges(damaged, "--damaged"))
    papers = {"minutes": minutes, "minutes_date": minutes_date}
    _ask(hub_url, Receive(consignment, party, *counted, is_partial=partial, **papers), keys, passphrases)


@blanks.command()
@HUB
@KEY
@_CONSIGNMENT
@click.option("--station", required=True, help="The station that gets them, such as station/52.03/1.")
@_CLASS
@_COUNT
@PASSPHRASE
def issue(
    hub_url: str,
    keys: tuple[Path, ...],
    consignment: str,
    station: str,
    blank_class: str,
    count: int,
    passphrases: tuple[Path, ...],
) -> None:
    """Issue blanks from an office's store to one of its stations.

    \b
    Example:
      ektp blanks issue --hub http://127.0.0.1:8717 --key operator.key \\
        --consignment K-2 --station station/52.03/1 --count 240
    """
    from ektp_core.flow.custody import Issue

    _ask(hub_url, Issue(consignment, station, blank_class, count), keys, passphrases)


@blanks.command()
@HUB
@KEYS
@click.option("--seq", type=click.IntRange(1), required=True, help="Number of the movement's entry in the hub's book.")
@click.option("--why", required=True, help="The reason, for the book.")
@PASSPHRASE
def reverse(hub_url: str, keys: tuple[Path, ...], seq: int, why: str, passphrases: tuple[Path, ...]) -> None:
    """Reverse a grant that was not sent, or a consignment that was not received.

    Nothing is ever edited: the same blanks go back by a new movement. Two people sign.

    \b
    Example:
      ektp blanks reverse --hub http://127.0.0.1:8717 --seq 42 --why "wrong office" \\
        --key verifier-1.key --key verifier-2.key
    """
    from ektp_core.flow.reversal import ReverseMovement

    _ask(hub_url, ReverseMovement(seq, why), keys, passphrases)


def _ranges(texts: tuple[str, ...], option: str) -> tuple[tuple[str, int, int], ...]:
    from ektp_core.vocabulary.serial import parse_range

    return tuple((one.series, one.lo, one.hi) for one in (parse_range(text, option) for text in texts))


def _chips(file: Path | None) -> tuple[str, ...]:
    from ektp_cli.whole_file import read_whole
    from ektp_core.errors import Refusal, Refused

    if file is None:
        return ()
    try:
        text = read_whole(file, _CHIPS_LIMIT_BYTES, "one UID a line").decode("utf-8-sig")
    except UnicodeDecodeError:
        facts = {"file": str(file), "shape": "it is not UTF-8", "expected": "one UID a line"}
        raise Refused(Refusal.BAD_FILE, facts) from None
    if len(text) > _CHIPS_LIMIT_BYTES:
        facts = {"file": str(file), "shape": f"{len(text)} characters", "expected": "one UID a line"}
        raise Refused(Refusal.BAD_FILE, facts)
    lines = (line.strip().upper() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


def _ask(hub_url: str, body: object, keys: tuple[Path, ...], passphrases: tuple[Path, ...]) -> None:
    from ektp_cli.asking import ask, hub_at, load_signers

    signers = load_signers(keys, passphrases)
    with hub_at(hub_url) as hub:
        _show(ask(hub, body, signers))


def _show(taken: "AskTaken") -> None:
    """What was written: the blanks that moved, by serial."""
    from ektp_cli.showing import say

    click.echo(say("Taken, in commit {n}." if taken.is_first else "Taken before, in commit {n}.", n=taken.n))
    for event in taken.events:
        if event.get("kind") == "Moved":
            there = f"{event['to_party']} {_bucket(event['to_bucket'])}"
            click.echo(f"  {_serials(event)}  {event['party']} {_bucket(event['bucket'])} -> {there}")
        elif event.get("kind") == "TakenIn":
            click.echo(f"  {_serials(event)}  {event['source']} -> {event['party']} {_bucket(event['bucket'])}")


def _serials(event: Any) -> str:
    from ektp_core.vocabulary.serial import SerialRange

    return str(SerialRange(str(event["series"]), int(event["lo"]), int(event["hi"])))


def _bucket(name: object) -> str:
    from ektp_cli.showing import say

    return say("{bucket}", bucket=str(name))

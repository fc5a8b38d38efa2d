"""What a station does now, for people (keadaan mesin cetak): a few lines and a table, without personal data."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from click import style

from ektp_data.texts import message

Say = Any

#: Where blanks and cards of a station lie, in the order of a card's life.
_PILES = ("IN_TRANSIT", "STOCK", "IN_MACHINE", "GOOD_HELD", "WASTE_HELD", "SUSPECT")


def doing_in_words(now: Mapping[str, Any]) -> str:
    """One line for a service manager, in English."""
    if now.get("stopped") or now.get("frozen"):
        return "stopped: no card is begun; ask `ektp station status`"
    if now.get("waits"):
        return "waiting: no card is begun; ask `ektp station status`"
    phases = ", ".join(f"{one['name']} {one['phase']}" for one in now.get("printers", ()))
    return f"printers: {phases}" if phases else "no printer yet"


def show_status(now: Mapping[str, Any], say: Say) -> str:
    """The station as a few lines and a table of its printers. `say`: a message in the user's language."""
    return "\n".join((*_head(now, say), "", *_printers(now, say), *troubles(now, say)))


def _head(now: Mapping[str, Any], say: Say) -> Iterator[str]:
    yield str(now.get("station", ""))
    if now.get("warning"):
        yield style(say(str(now["warning"])), fg="red")
    if now.get("stopped"):
        yield say("Printing is stopped: {why}", why=str(now["stopped"]))
    if now.get("frozen"):
        yield say("The centre stopped this station: {why}.", why=str(now["frozen"]))
    if now.get("waits"):
        yield say("No card is begun: {why}", why=str(now["waits"]))
    if now.get("is_empty"):
        yield say("The personal data here is destroyed: where the book goes on, the hub has heard of it.")
    owed = int(now.get("commits", 0)) - int(now.get("acknowledged", 0))
    yield say("Book: {n} commits, of which {owed} are still to reach the hub.", n=int(now.get("commits", 0)), owed=owed)
    counts = now.get("counts", {})
    known = [name for name in _PILES if counts.get(name)] + sorted(name for name in counts if name not in _PILES)
    piles = ", ".join(f"{name} {counts[name]}" for name in known if counts.get(name))
    yield say("Blanks: {piles}.", piles=piles or "-")
    yield from day_and_doubts(now, say)


def day_and_doubts(now: Mapping[str, Any], say: Say) -> Iterator[str]:
    """Whether the day is counted or closed, and each card in doubt with what to do about it."""
    day = now.get("day", {})
    if day.get("counting"):
        yield say("The blanks are being counted; no card is begun.")
    elif day.get("closed"):
        yield say("Last closed day: {day}.", day=str(day["closed"]))
    for one in now.get("suspects", ()):
        facts = {name: str(one[name]) for name in ("record", "known", "todo")}
        yield style(say("In doubt: {record}. {known} {todo}", **facts), fg="red" if one["is_aged"] else None)


def _printers(now: Mapping[str, Any], say: Say) -> Iterator[str]:
    rows: list[Sequence[str]] = [(say("Printer"), say("Phase"), say("Loaded"), say("Card"), say("Out of service"))]
    for one in now.get("printers", ()):
        loaded, card = one.get("loaded"), one.get("card")
        rows.append(
            (
                str(one.get("name", "")),
                say("{phase}", phase=str(one.get("phase", ""))),
                f"{loaded[0]}:{loaded[1]}-{loaded[2]}" if loaded else "-",
                f"{card['record']}/{card['n']}" if card else "-",
                str(one.get("closed", "") or one.get("paused", "")) or "-",
            )
        )
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    if len(rows) == 1:
        yield say("No printer has answered yet.")
    for one in now.get("printers", ()):
        if told := one.get("driver"):
            facts = {"printer": one["name"], "sandbox": told["sandbox"] or "-", "digest": told["settings"][:16] or "-"}
            yield say("Driver of {printer}: sandbox {sandbox}, settings {digest}.", **facts)
        for line in device_says(one, say):
            yield f"{one['name']}: {line}"


def device_says(printer: Mapping[str, Any], say: Say) -> Iterator[str]:
    """What a printer reports of itself, a line each, with its maker's own codes."""
    for one in printer.get("notices", ()):
        facts = {"condition": str(one["condition"]), "code": str(one["code"])}
        yield (
            say("it reports: {condition} ({code})", **facts)
            if facts["code"]
            else say("it reports: {condition}", **facts)
        )


def troubles(now: Mapping[str, Any], say: Say) -> Iterator[str]:
    """What is wrong with a printer, its driver or its settings, the hub or the disk: a line each."""
    for where, why in dict(now.get("troubles", {})).items():
        before, _, printer = str(where).rpartition("printer ")
        known = {
            "": message("Trouble with printer {printer}: {why}"),
            "driver of ": message("Trouble with the driver of printer {printer}: {why}"),
            "settings of ": message("Trouble with the settings of printer {printer}: {why}"),
        }.get(before)
        if printer and printer != where and known:
            yield say(known, printer=printer, why=str(why))
        else:
            yield say("Trouble with {where}: {why}", where=str(where), why=str(why))

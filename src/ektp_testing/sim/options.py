"""Every probability and size of the simulated country in one place (pilihan): `Options`.

A value is the most a story may have. Each seed draws its own weather: some kinds of trouble do
not happen in it at all, the others with a share of the value here. So many stories have few
kinds of trouble, which finds more than all of them always. What happened is counted by kind;
a dial that turns nothing shows as 0.
"""

from typing import Any

from attrs import evolve, field, fields, frozen

from ektp_core.errors import Refusal, Refused

#: Marks a field that makes trouble; the shrinker sets such fields to 0.
TROUBLE = {"is_trouble": True}


def _trouble(default: float) -> float:
    value: float = field(default=default, metadata=TROUBLE)
    return value


@frozen
class Options:
    """One country. "a minute" is simulated time; "an act" is one order to a printer.

    Sizes:
        stations, printers_most: stations, and printers of one station (1 to this many).
        records_least, records_most: citizens who wait for a card.
        blanks: blanks given to each station; safe_blanks: blanks that stay in the office's store.
    Times (milliseconds):
        trouble_ms: how long things go wrong. healing_ms: how long all may take to come to its end after that.
        lease_ms: how long an authorisation lasts (T); lease_count: how many a station holds (N).
        poll_ms: how often a station asks its hub. people_ms: how often people look at their screens.
        act_ms: the longest a sound machine takes for one act.
    The line (a message; a partition and a delay are of one station's line):
        loss: a message, or its answer, is lost (0 to 0.30).
        replay: a message arrives a second time, later, or an older answer comes in place of the new one (0 to 0.50).
        delay_ms: the longest a message takes. partition: begins, a minute; partition_ms: the longest.
    Machines of hub and stations:
        power_cut: a minute a machine; half of them in the middle of a write.
        process_death: a minute a machine; half of them right after a commit, before anybody is told.
        write_lost, write_torn: what a power cut does to a write that was not synced.
        disk_full: a minute a machine; disk_full_ms: the longest. sync_fails: a minute a machine.
        clock_jump: a minute a station; clock_back_ms, clock_ahead_ms: the furthest.
    Printers (an act, unless it says otherwise):
        printer_power, printer_jam, printer_slow, printer_silent, misprint: as their names say.
        dead_chip: of a blank. blind_printer: of a printer, that shows no evidence. mixed_hopper: of a story.
        copied_chip: of a story, that a blank bears the chip number of another one.
    People:
        recall: of a record that waits at a station, a look at the screen. late_failure: the same, of a printed card.
        thief: a blank or card, a minute. hand_in_machine: of a station that is down, a minute.
        wrong_count: two people miscount, a count. lone_signature: somebody signs alone what needs two, an ask.
    Once in a story (each is a probability of the story):
        rollback: a station's disk is set back. clone: a copy of a station works elsewhere.
        stolen_station: it is carried off.
    """

    stations: int = 2
    printers_most: int = 1
    records_least: int = 1
    records_most: int = 2
    blanks: int = 3
    safe_blanks: int = 1
    trouble_ms: int = 100_000
    healing_ms: int = 7_200_000
    lease_ms: int = 110_000
    lease_count: int = 2
    poll_ms: int = 50_000
    people_ms: int = 12_000
    act_ms: int = 3_000
    loss: float = _trouble(0.30)
    replay: float = _trouble(0.50)
    delay_ms: int = field(default=20_000, metadata=TROUBLE)
    partition: float = _trouble(0.3)
    partition_ms: int = 90_000
    power_cut: float = _trouble(0.5)
    process_death: float = _trouble(0.5)
    write_lost: float = 0.4
    write_torn: float = 0.3
    disk_full: float = _trouble(0.2)
    disk_full_ms: int = 40_000
    sync_fails: float = _trouble(0.2)
    clock_jump: float = _trouble(0.3)
    clock_back_ms: int = 300_000
    clock_ahead_ms: int = 300_000
    printer_power: float = _trouble(0.04)
    printer_jam: float = _trouble(0.06)
    printer_slow: float = _trouble(0.08)
    printer_silent: float = _trouble(0.08)
    misprint: float = _trouble(0.4)
    dead_chip: float = _trouble(0.08)
    blind_printer: float = _trouble(0.2)
    mixed_hopper: float = _trouble(0.1)
    copied_chip: float = _trouble(0.2)
    recall: float = _trouble(0.1)
    late_failure: float = _trouble(0.1)
    thief: float = _trouble(0.2)
    hand_in_machine: float = _trouble(0.5)
    wrong_count: float = _trouble(0.3)
    lone_signature: float = _trouble(0.2)
    rollback: float = _trouble(0.15)
    clone: float = _trouble(0.1)
    stolen_station: float = _trouble(0.1)
    without: tuple[int, ...] = ()  # numbers of single misfortunes that are left out of the story


def kinds_of_trouble() -> tuple[str, ...]:
    """The fields that make trouble."""
    return tuple(one.name for one in fields(Options) if one.metadata.get("is_trouble"))


def with_changes(options: Options, texts: tuple[str, ...]) -> Options:
    """The options with changes such as `loss=0.1` or `without=3,7`.

    Raises:
        Refused: BAD_VALUE for a name or value that is none.
    """
    kinds = {one.name: type(getattr(options, one.name)) for one in fields(Options)}
    found: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in kinds:
            raise _bad(name, "an unknown option", "a name that `ektp simulate --list-options` shows")
        try:
            found[name] = (
                tuple(int(one) for one in value.split(",") if one) if name == "without" else kinds[name](value)
            )
        except ValueError:
            raise _bad(name, "another kind of value", f"such as {name}={getattr(options, name)}") from None
        if name != "without" and found[name] < 0:
            raise _bad(name, "less than 0", "0 or more")
    return evolve(options, **found)


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

"""Broken drivers that tell what is not so: who is there, how it is, what it can, what became of a job."""

from typing import Any

from attrs import evolve

from ektp_core.boundary.card_printer import (
    Can,
    CardPosition,
    Condition,
    Counter,
    CounterName,
    Counters,
    DriverError,
    DriverLost,
    Found,
    Look,
    Settings,
    Severity,
    Status,
    Supply,
)  # fmt: skip
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant


def _told(rig: Rig, change: Any) -> Calls:
    """Status and look with the status changed."""

    def look(job: str, ms: int) -> Look:
        seen = rig.printer.look(job, ms)
        return evolve(seen, status=change(seen.status))

    return {"status": lambda ms: change(rig.printer.status(ms)), "look": look}


def _counted(rig: Rig, change: Any) -> Calls:
    """Counters and look with the counters changed."""

    def changed(counters: Counters) -> Counters:
        return Counters(tuple(one for one in map(change, counters.values) if one))

    def look(job: str, ms: int) -> Look:
        seen = rig.printer.look(job, ms)
        return evolve(seen, counters=changed(seen.counters))

    return {"counters": lambda ms: changed(rig.printer.counters(ms)), "look": look}


# -- who is there -------------------------------------------------------------------------


def names_it_twice(_rig: Rig) -> Calls:
    """Discovery finds the same device by two ways and names both."""
    return {}


def forgets_what_it_named(_rig: Rig) -> Calls:
    """Discovery names only what it has not named before."""
    return {}


def names_what_was_there(_rig: Rig) -> Calls:
    """Discovery names the printer it once saw, wherever it looks."""
    return {}


def opens_whatever_is_there(_rig: Rig) -> Calls:
    """It opens the device at the address, whatever its serial is."""
    return {}


def names_the_head(rig: Rig) -> Calls:
    """It gives the head's serial as the printer's."""

    def identify(ms: int) -> Any:
        found = rig.printer.identify(ms)
        return evolve(found, serial=found.head_serial)

    return {"identify": identify}


def learns_later(rig: Rig) -> Calls:
    """It can do more at the second question than at the first."""
    asked: list[int] = []

    def capabilities(ms: int) -> Any:
        asked.append(1)
        found = rig.printer.capabilities(ms)
        return evolve(found, can=found.can | Can.LAMINATOR) if len(asked) > 1 else found

    return {"capabilities": capabilities}


# -- settings -----------------------------------------------------------------------------


def keeps_retrying(rig: Rig) -> Calls:
    """The device's own retries stay on, as its read-back says."""
    return {"configure": lambda settings, ms: evolve(rig.printer.configure(settings, ms), device_retries=1)}


def digests_the_time(rig: Rig) -> Calls:
    """The digest has something in it that is another at every reading."""

    def configure(settings: Settings, ms: int) -> Settings:
        rig.memory["n"] = rig.memory.get("n", 0) + 1
        got = rig.printer.configure(settings, ms)
        return evolve(got, digest=f"{got.digest}{rig.memory['n']}")

    return {"configure": configure}


def agrees_to_anything(rig: Rig) -> Calls:
    """It gives back what was asked for instead of what the device has."""

    def configure(settings: Settings, ms: int) -> Settings:
        return evolve(settings, digest=rig.printer.configure(settings, ms).digest)

    return {"configure": configure}


def digests_what_it_asked_for(rig: Rig) -> Calls:
    """The digest is of the settings required, not of those read back."""

    def configure(settings: Settings, ms: int) -> Settings:
        return evolve(rig.printer.configure(settings, ms), digest=str(hash(settings)))

    return {"configure": configure}


# -- status and counters ------------------------------------------------------------------


def warns_too_much(rig: Rig) -> Calls:
    """What is only worth a report stops the next card."""

    def louder(status: Status) -> Status:
        return evolve(status, notices=tuple(evolve(one, severity=Severity.WARNING) for one in status.notices))

    return _told(rig, louder)


def drops_the_makers_codes(rig: Rig) -> Calls:
    """The maker's own codes and words are thrown away."""

    def poorer(status: Status) -> Status:
        notices = tuple(evolve(one, vendor_code="", vendor_text="") for one in status.notices)
        return evolve(status, notices=notices)

    return _told(rig, poorer)


def shows_an_old_look(rig: Rig) -> Calls:
    """A look shows the status it had at the first look or status."""
    first: list[Status] = []

    def old(status: Status) -> Status:
        first.append(status)
        return first[0]

    return {**_told(rig, old), "status": rig.printer.status, "reserve": lambda owner, ms: _seen(rig, first, owner, ms)}


def _seen(rig: Rig, first: list[Status], owner: str, ms: int) -> None:
    rig.printer.reserve(owner, ms)
    first.append(rig.printer.status(ms))


def plays_down_a_jam(rig: Rig) -> Calls:
    """Errors are told as warnings."""

    def softer(status: Status) -> Status:
        return evolve(status, notices=tuple(evolve(one, severity=Severity.WARNING) for one in status.notices if one.severity is not Severity.REPORT))

    return _told(rig, softer)


def hides_the_cover(rig: Rig) -> Calls:
    """An open cover is not among the conditions it knows."""

    def blind(status: Status) -> Status:
        return evolve(status, notices=tuple(one for one in status.notices if one.condition is not Condition.COVER_OPEN))

    return _told(rig, blind)


def denies_a_stuck_card(rig: Rig) -> Calls:
    """A position it has no word for is told as none."""

    def wrong(status: Status) -> Status:
        return evolve(status, position=CardPosition.NONE) if status.position is CardPosition.JAMMED else status

    return _told(rig, wrong)


def counts_when_it_likes(rig: Rig) -> Calls:
    """Its counters do not say at which act they rise."""
    return _counted(rig, lambda one: evolve(one, increments_at="sometimes"))


def takes_printed_for_fed(rig: Rig) -> Calls:
    """The counter of fed cards shows those printed."""

    def changed(counters: Counters) -> Counters:
        printed = counters.get(CounterName.PRINTED)
        assert printed
        return Counters(tuple(evolve(one, value=printed.value) if one.name is CounterName.FED else one for one in counters.values))

    def look(job: str, ms: int) -> Look:
        seen = rig.printer.look(job, ms)
        return evolve(seen, counters=changed(seen.counters))

    return {"counters": lambda ms: changed(rig.printer.counters(ms)), "look": look}


def counts_from_its_start(rig: Rig) -> Calls:
    """It shows what was counted since the device started, and says that nothing sets it back."""
    is_first = rig.printer.status(5_000).session == 1
    base = {} if is_first else {one.name: one.value for one in rig.printer.counters(5_000).values}
    return _counted(rig, lambda one: evolve(one, value=one.value - base.get(one.name, 0)))


def thinks_counters_endless(rig: Rig) -> Calls:
    """It takes a counter of 32 bits for one of 64."""
    return _counted(rig, lambda one: evolve(one, width_bits=64))


def counts_its_own_feeds(rig: Rig) -> Calls:
    """The counter of fed cards is this driver's own."""
    fed = [0]

    def feed(ms: int) -> None:
        rig.printer.feed(ms)
        fed[0] += 1

    own = _counted(rig, lambda one: evolve(one, value=fed[0]) if one.name is CounterName.FED else one)
    return {**own, "feed": feed}


def counts_nothing_for_ever(rig: Rig) -> Calls:
    """The counter of fed cards is 0 for ever, and says that it counts errors since the power came."""

    def dead(one: Counter) -> Counter:
        is_fed = one.name is CounterName.FED
        return evolve(one, value=0, increments_at="error", resets_on="power") if is_fed else one

    return _counted(rig, dead)


def has_counters_below_nothing(rig: Rig) -> Calls:
    """Its counters are -1 bits wide."""
    return _counted(rig, lambda one: evolve(one, width_bits=-1))


def has_short_counters(rig: Rig) -> Calls:
    """Its counters begin anew after sixteen cards, which no station takes."""
    return _counted(rig, lambda one: evolve(one, value=one.value % 16, width_bits=4))


def lacks_a_counter(rig: Rig) -> Calls:
    """It declares four counters and shows three."""
    return _counted(rig, lambda one: None if one.name is CounterName.REJECTED else one)


def supplies_below_nothing(rig: Rig) -> Calls:
    """A supply it knows nothing of is told as -1."""
    return {"supplies": lambda ms: (*rig.printer.supplies(ms), Supply("film", -1))}


def knows_no_heat(rig: Rig) -> Calls:
    """It declares a temperature and shows none."""
    return _told(rig, lambda status: evolve(status, temperature_c=None))


def sleeps_through_restarts(rig: Rig) -> Calls:
    """It never says that the device restarted."""
    return _told(rig, lambda status: evolve(status, rebooted=False))


def answers_without_a_device(rig: Rig) -> Calls:
    """When the device is gone, it answers with what it last heard."""
    last: list[Status] = []

    def status(ms: int) -> Status:
        try:
            last.append(rig.printer.status(ms))
        except DriverLost:
            if not last:
                raise
        return last[-1]

    def counters(ms: int) -> Counters:
        try:
            return rig.printer.counters(ms)
        except DriverLost:
            return Counters(())

    return {"status": status, "counters": counters}


def quotes_the_chip(rig: Rig) -> Calls:
    """Its error about a chip quotes what was to be written, for the log."""

    def encode(content: bytes, ms: int) -> bytes:
        try:
            return rig.printer.encode(content, ms)
        except DriverError as error:
            raise DriverError(f"{error}: {content[:80]!r}") from error

    return {"encode": encode}


def _twice(found: list[Found], _memory: dict[str, Any]) -> list[Found]:
    return [*found, *found]


def _once(found: list[Found], memory: dict[str, Any]) -> list[Found]:
    known: set[str] = memory.setdefault("named", set())
    fresh = [one for one in found if one.serial not in known]
    known.update(one.serial for one in found)
    return fresh


def _for_ever(found: list[Found], memory: dict[str, Any]) -> list[Found]:
    memory["was"] = found or memory.get("was", [])
    return memory["was"]  # type: ignore[no-any-return]  # what was put in above


TELLING: tuple[Mutant, ...] = (
    mutant(names_it_twice, "found-once", discovers=_twice),
    mutant(forgets_what_it_named, "found-again", discovers=_once),
    mutant(names_what_was_there, "nothing-elsewhere", "replug", discovers=_for_ever),
    mutant(opens_whatever_is_there, "other-serial", opens_anything=True),
    mutant(names_the_head, "identity"),
    mutant(learns_later, "capabilities"),
    mutant(keeps_retrying, "settings-read-back"),
    mutant(digests_the_time, "settings-digest"),
    mutant(agrees_to_anything, "one-copy"),
    mutant(digests_what_it_asked_for, "settings-drift"),
    mutant(warns_too_much, "ready-status"),
    mutant(drops_the_makers_codes, "empty-hopper", "jam-is-an-error"),
    mutant(shows_an_old_look, "one-look"),
    mutant(plays_down_a_jam, "jam-is-an-error"),
    mutant(hides_the_cover, "cover-open"),
    mutant(denies_a_stuck_card, "jam", "double-feed"),
    mutant(counts_when_it_likes, "counters-declared"),
    mutant(counts_nothing_for_ever, "counters-declared", "jam"),
    mutant(has_counters_below_nothing, "counters-declared", "counters-step", "jam", "own-process"),
    mutant(has_short_counters, "counters-declared"),
    mutant(takes_printed_for_fed, "counters-step"),
    mutant(counts_from_its_start, "counters-kept"),
    mutant(thinks_counters_endless, "counter-wrap"),
    mutant(counts_its_own_feeds, "foreign-print", "killed-at-feed"),
    mutant(lacks_a_counter, "declares-counters"),
    mutant(supplies_below_nothing, "supplies"),
    mutant(knows_no_heat, "declares-temperature"),
    mutant(sleeps_through_restarts, "tells-restart"),
    mutant(answers_without_a_device, "replug"),
    mutant(quotes_the_chip, "quotes-nothing"),
)

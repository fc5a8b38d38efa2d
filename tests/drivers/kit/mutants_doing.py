"""Broken drivers that do what they should not: move, print, retry, keep, pretend."""

from threading import Event

from attrs import evolve

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    CardPosition,
    DriverError,
    DriverLost,
    DriverTimeout,
    Look,
    PrintToken,
    Status,
)  # fmt: skip
from ektp_core.boundary.card_printer import Station as Place
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant

MS = 10_000


# -- pretending ---------------------------------------------------------------------------


def pretends_a_contact_station(rig: Rig) -> Calls:
    """A move to a station it has not is taken for done."""

    def move(to: Place, ms: int) -> None:
        if to is not Place.CONTACT:
            rig.printer.move(to, ms)

    return {"move": move}


def moves_later(rig: Rig) -> Calls:
    """A move is remembered, and done only when the chip is read."""
    wanted: list[Place] = []

    def read_uid(ms: int) -> str:
        if wanted:
            rig.printer.move(wanted.pop(), ms)
        return rig.printer.read_uid(ms)

    return {"move": lambda to, ms: wanted.append(to), "read_uid": read_uid}


def pretends_to_flip(_rig: Rig) -> Calls:
    """A card is taken for turned over by a device that cannot."""
    return {"flip": lambda ms: None}


def reads_the_card_before(rig: Rig) -> Calls:
    """The UID is read backwards, as another reader shows it."""
    return {"read_uid": lambda ms: rig.printer.read_uid(ms)[::-1]}


def echoes_the_chip(rig: Rig) -> Calls:
    """What was to be written is given back without writing it."""
    return {"encode": lambda content, ms: content}


def rejects_into_the_output(rig: Rig) -> Calls:
    """A bad card comes out among the good ones."""
    return {"deliver": lambda to, ms: rig.printer.deliver(Bin.OUTPUT, ms)}


def keeps_the_job_id(rig: Rig) -> Calls:
    """It has job ids and returns none."""

    def mark(token: PrintToken, ms: int) -> str:
        rig.printer.mark(token, ms)
        return ""

    return {"mark": mark}


def never_releases(_rig: Rig) -> Calls:
    """A release is taken for done and the device stays reserved."""
    return {"release": lambda ms: None}


def takes_what_is_reserved(rig: Rig) -> Calls:
    """A reservation that failed is taken for one."""

    def reserve(owner: str, ms: int) -> None:
        try:
            rig.printer.reserve(owner, ms)
        except DriverError:
            return

    return {"reserve": reserve}


# -- cards --------------------------------------------------------------------------------


def throws_the_first_away(rig: Rig) -> Calls:
    """It feeds a blank, puts it out as dusty, and takes the next."""

    def feed(ms: int) -> None:
        rig.printer.feed(ms)
        rig.printer.deliver(Bin.OUTPUT, ms)
        rig.printer.feed(ms)

    return {"feed": feed}


def feeds_ahead(rig: Rig) -> Calls:
    """Loading a picture feeds the blank already, to save time."""
    fed: list[bool] = []

    def feed(ms: int) -> None:
        if not fed:
            rig.printer.feed(ms)
        fed.clear()

    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(art, ms)
        if rig.printer.status(ms).position is CardPosition.NONE:
            rig.printer.feed(ms)
            fed.append(True)

    return {"feed": feed, "prepare": prepare}


def takes_any_picture(rig: Rig) -> Calls:
    """A picture the device declines is taken for loaded."""

    def prepare(art: Artwork, ms: int) -> None:
        try:
            rig.printer.prepare(art, ms)
        except (DriverLost, DriverTimeout):
            raise
        except DriverError:
            return

    return {"prepare": prepare}


def takes_a_declined_feed_for_done(rig: Rig) -> Calls:
    """A feed the device declines is taken for done."""

    def feed(ms: int) -> None:
        try:
            rig.printer.feed(ms)
        except (DriverLost, DriverTimeout):
            raise
        except DriverError:
            return

    return {"feed": feed}


def believes_the_hopper_turned(rig: Rig) -> Calls:
    """After a feed a card is inside, it says, whatever the sensors show."""
    fed: list[bool] = []

    def feed(ms: int) -> None:
        try:
            rig.printer.feed(ms)
        finally:
            fed.append(True)

    def sure(status: Status) -> Status:
        is_empty = bool(fed) and status.position is CardPosition.NONE
        return evolve(status, position=CardPosition.HOPPER_EXIT) if is_empty else status

    def deliver(to: Bin, ms: int) -> None:
        rig.printer.deliver(to, ms)
        fed.clear()

    def look(job: str, ms: int) -> Look:
        seen = rig.printer.look(job, ms)
        return evolve(seen, status=sure(seen.status))

    return {"feed": feed, "deliver": deliver, "look": look, "status": lambda ms: sure(rig.printer.status(ms))}


def delivers_at_the_next_feed(rig: Rig) -> Calls:
    """A card is left inside until the next one is fed, to save time."""
    waiting: list[Bin] = []

    def feed(ms: int) -> None:
        if waiting:
            rig.printer.deliver(waiting.pop(), ms)
        rig.printer.feed(ms)

    return {"feed": feed, "deliver": lambda to, ms: waiting.append(to)}


def takes_a_blank_to_print_on(rig: Rig) -> Calls:
    """Told to print with no card inside, it feeds one."""

    def mark(token: PrintToken, ms: int) -> str:
        if rig.printer.status(ms).position is CardPosition.NONE:
            rig.printer.feed(ms)
        return rig.printer.mark(token, ms)

    return {"mark": mark}


def keeps_the_last_picture(rig: Rig) -> Calls:
    """Told to print without a picture, it prints the last one again."""
    return _keeping(rig, {})


def keeps_pictures_over_a_restart(rig: Rig) -> Calls:
    """Told to print without a picture, it loads the last one from its store, also after a restart."""
    return _keeping(rig, rig.memory)


def _keeping(rig: Rig, kept: dict[str, Artwork]) -> Calls:
    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(art, ms)
        kept["art"] = art

    def mark(token: PrintToken, ms: int) -> str:
        if "art" in kept:
            rig.printer.prepare(kept["art"], ms)
        return rig.printer.mark(token, ms)

    return {"prepare": prepare, "mark": mark}


def renames_a_used_leave(rig: Rig) -> Calls:
    """A leave that was used already is used again under another name."""
    used: dict[str, int] = {}

    def mark(token: PrintToken, ms: int) -> str:
        again = used.get(token.job_key, 0)
        used[token.job_key] = again + 1
        return rig.printer.mark(evolve(token, try_no=token.try_no + again), ms)

    return {"mark": mark}


def takes_a_blank_for_a_marked_card(rig: Rig) -> Calls:
    """Told to print on a card that has ink, it puts that out and takes another."""
    art: list[Artwork] = []

    def prepare(one: Artwork, ms: int) -> None:
        rig.printer.prepare(one, ms)
        art.append(one)

    def mark(token: PrintToken, ms: int) -> str:
        if rig.printer.status(ms).position is CardPosition.EXIT:
            rig.printer.deliver(Bin.OUTPUT, ms)
            rig.printer.feed(ms)
            rig.printer.prepare(art[-1], ms)
        return rig.printer.mark(token, ms)

    return {"prepare": prepare, "mark": mark}


def prints_two_to_be_sure(rig: Rig) -> Calls:
    """Every card is printed a second time, under a name of its own."""
    art: list[Artwork] = []

    def prepare(one: Artwork, ms: int) -> None:
        rig.printer.prepare(one, ms)
        art.append(one)

    def mark(token: PrintToken, ms: int) -> str:
        rig.printer.mark(token, ms)
        rig.printer.deliver(Bin.OUTPUT, ms)
        rig.printer.feed(ms)
        rig.printer.prepare(art[-1], ms)
        return rig.printer.mark(evolve(token, try_no=token.try_no + 1), ms)

    return {"prepare": prepare, "mark": mark}


def tries_again(rig: Rig) -> Calls:
    """A print whose answer did not come is printed again on another blank."""
    art: list[Artwork] = []

    def prepare(one: Artwork, ms: int) -> None:
        rig.printer.prepare(one, ms)
        art.append(one)

    def mark(token: PrintToken, ms: int) -> str:
        try:
            return rig.printer.mark(token, ms)
        except (DriverLost, DriverTimeout):
            fresh = rig.reopen()
            try:
                fresh.deliver(Bin.OUTPUT, MS)
                fresh.feed(MS)
                fresh.prepare(art[-1], MS)
                return fresh.mark(evolve(token, try_no=token.try_no + 1), MS)
            finally:
                fresh.close()

    return {"prepare": prepare, "mark": mark}


def waits_for_ever(rig: Rig) -> Calls:
    """After its deadline it goes on waiting for the device."""

    def feed(ms: int) -> None:
        try:
            rig.printer.feed(ms)
        except DriverTimeout:
            Event().wait(30)
            raise

    return {"feed": feed}


DOING: tuple[Mutant, ...] = (
    mutant(pretends_a_contact_station, "moves-to-contact"),
    mutant(moves_later, "moves-to-contactless"),
    mutant(pretends_to_flip, "turns-over"),
    mutant(reads_the_card_before, "reads-uid"),
    mutant(echoes_the_chip, "reads-chip", "dead-chip"),
    mutant(rejects_into_the_output, "rejects"),
    mutant(keeps_the_job_id, "job-id"),
    mutant(never_releases, "reserves"),
    mutant(takes_what_is_reserved, "two-drivers"),
    mutant(throws_the_first_away, "whole-card"),
    mutant(feeds_ahead, "prepare-moves-nothing"),
    mutant(takes_any_picture, "bad-picture"),
    mutant(takes_a_declined_feed_for_done, "feed-takes-one", "hopper-shows-empty", "empty-hopper"),
    mutant(believes_the_hopper_turned, "blank-feed"),
    mutant(delivers_at_the_next_feed, "delivers"),
    mutant(takes_a_blank_to_print_on, "mark-needs-card"),
    mutant(keeps_the_last_picture, "mark-needs-picture"),
    mutant(keeps_pictures_over_a_restart, "memory-dies"),
    mutant(renames_a_used_leave, "token-once"),
    mutant(takes_a_blank_for_a_marked_card, "card-once"),
    mutant(prints_two_to_be_sure, "misprint", "own-process", "whole-card"),
    mutant(tries_again, "lost-reply"),
    mutant(waits_for_ever, "silence"),
)

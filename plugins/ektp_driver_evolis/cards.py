"""What is done with a card (urutan kartu): feed, move, print, deliver, and the checks around each.

Before an act the printer is asked whether a card is inside, since the same word takes a
card or moves one. After it the card counter must have moved by exactly what the act takes:
otherwise somebody else uses the printer, and the act is an error. Two cards that stick
together pass its sensor as one and are not seen here: people count what came out.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from ektp_core.boundary.card_printer import Bin, DriverError, Station
from ektp_driver_evolis import counters, language, replies
from ektp_driver_evolis.conversation import Conversation
from ektp_driver_evolis.counters import Counts, is_card_inside
from ektp_driver_evolis.language import Command
from ektp_driver_evolis.raster import Panel
from ektp_driver_evolis.replies import Declined
from ektp_driving.deadline import Deadline

MOVES: Mapping[Station, Command] = {
    Station.CONTACT: language.TO_CONTACT,
    Station.CONTACTLESS: language.TO_CONTACTLESS,
    Station.HEAD: language.TO_HEAD,
}


def feed(talk: Conversation, deadline: Deadline) -> None:
    """Take one blank from the hopper.

    Raises:
        Declined: the printer says that none came. DriverError: a card is inside already, or
            not exactly one came.
    """
    if is_card_inside(talk, deadline):
        raise DriverError("a card is inside already; none was fed")
    before = counters.read(talk, deadline)
    talk.order(language.FEED, deadline)
    _require_taken(1, before, counters.read(talk, deadline))
    require_card(talk, deadline)


def move(talk: Conversation, to: Station, deadline: Deadline) -> None:
    """Move the card inside; where none is, nothing is sent, as the same word would take one."""
    require_card(talk, deadline)
    before = counters.read(talk, deadline)
    talk.order(MOVES[to], deadline)
    _require_taken(0, before, counters.read(talk, deadline))
    require_card(talk, deadline)


def mark(talk: Conversation, panels: Sequence[Panel], before: Counts, deadline: Deadline) -> bool:
    """Print the card inside; returns whether it was ejected too (with one panel only).

    Each panel is printed when the next was downloaded, the last by the word that ejects. So
    with two panels or more the last one is left for `deliver`.
    """
    talk.order(language.BEGIN, deadline)
    talk.order(language.FRONT, deadline)
    for panel in panels:
        talk.order(language.download(panel.name, panel.levels, panel.data), deadline)
    is_ejected = len(panels) == 1
    if is_ejected:
        talk.order(language.END, deadline)
    now = counters.read(talk, deadline)
    _require_taken(0, before, now)
    printed = len(panels) if is_ejected else len(panels) - 1
    if now.panels_since(before) != printed:
        raise DriverError(f"the printer counted {now.panels_since(before)} panels and not {printed}")
    if is_ejected:
        require_none(talk, deadline)
    else:
        require_card(talk, deadline)
    return is_ejected


def deliver(talk: Conversation, to: Bin, deadline: Deadline) -> Counts:
    """Move the card inside out, and see that it left and no other came; returns the counters afterwards."""
    require_card(talk, deadline)
    before = counters.read(talk, deadline)
    if to is Bin.REJECT:
        clear_error(talk, deadline)
    talk.order(language.END if to is Bin.OUTPUT else language.REJECT, deadline)
    now = counters.read(talk, deadline)
    _require_taken(0, before, now)
    require_none(talk, deadline)
    return now


def clear_error(talk: Conversation, deadline: Deadline) -> None:
    """Clear the shown error, which moves nothing. Of the manual's five models only two know the word."""
    with suppress(Declined):
        talk.order(language.CLEAR_ERROR, deadline)


def clear_bitmaps(talk: Conversation, deadline: Deadline) -> None:
    """Clear the pictures in the printer's memory; its last answer must confirm it.

    Raises:
        DriverError: they may still be there.
    """
    talk.order(language.CLEAR_BITMAPS, deadline)
    if talk.ask(language.LAST_ANSWER, replies.text, deadline) != replies.OK:
        raise DriverError("the printer does not confirm that its bitmaps are clear")


def require_card(talk: Conversation, deadline: Deadline) -> None:
    """Raise DriverError if no card is inside."""
    if not is_card_inside(talk, deadline):
        raise DriverError("no card is inside")


def require_none(talk: Conversation, deadline: Deadline) -> None:
    """Raise DriverError if a card is inside."""
    if is_card_inside(talk, deadline):
        raise DriverError("a card is still inside")


def seen_inside(talk: Conversation, deadline: Deadline) -> bool | None:
    """Whether a card is seen inside; None where the printer cannot be asked."""
    try:
        return is_card_inside(talk, deadline)
    except DriverError:
        return None


def _require_taken(cards: int, before: Counts, now: Counts) -> None:
    taken = now.cards_since(before)
    if taken != cards:
        raise DriverError(f"the printer counted {taken} cards taken and not {cards}")

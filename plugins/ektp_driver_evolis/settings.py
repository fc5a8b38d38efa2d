"""Settings that keep the printer from printing by itself (setelan wajib): set, read back, digested.

Three are dangerous. In the printer's own error mode it prints a card again after an error;
in the wrong insertion mode a job takes a second card; in one black mode a new card is taken
when one is ejected. Each is set and read back, and a printer that shows another value is
refused. Everything else that can be read goes into the digest, so that a change shows.
"""

from hashlib import sha256

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError, Settings
from ektp_driver_evolis import language, replies
from ektp_driver_evolis.conversation import Conversation
from ektp_driver_evolis.language import Command
from ektp_driver_evolis.replies import Declined
from ektp_driving.deadline import Deadline

HOST = 2
HOST_WITHOUT_TRIES = 18  # exists on one model only
QUANTUM = "QUANTUM"
ONLY_IF_EMPTY = "B"
NO_CARD_AT_EJECTION = ("s", "s")


@frozen
class Habits:
    """The three settings, as read."""

    error_mode: int
    saved_error_mode: int
    insertion: str
    black: tuple[str, str]

    def faults(self, model: str) -> tuple[str, ...]:
        """What is dangerous about them, in words; nothing if they are as required."""
        wanted = error_mode_for(model)
        found = []
        if (self.error_mode, self.saved_error_mode) != (wanted, wanted):
            found.append(
                f"the error mode is {self.error_mode}, after switching on {self.saved_error_mode}, and not {wanted}"
            )
        if self.insertion != ONLY_IF_EMPTY:
            found.append(f"the insertion mode is {self.insertion} and not {ONLY_IF_EMPTY}")
        if self.black[1] != NO_CARD_AT_EJECTION[1]:
            found.append("a new card is taken when one is ejected")
        return tuple(found)


def error_mode_for(model: str) -> int:
    """The mode in which the host decides after every error."""
    return HOST_WITHOUT_TRIES if QUANTUM in model.upper() else HOST


def require(wanted: Settings) -> None:
    """Refuse settings this driver would not set.

    Raises:
        DriverError: others than errors to the host, no retry, one copy, no bitmap kept.
    """
    if not wanted.host_handles_errors or wanted.device_retries or wanted.copies != 1 or wanted.keeps_bitmaps:
        raise DriverError("this driver only sets errors to the host, no retry, one copy and no picture kept")


def write(conversation: Conversation, model: str, deadline: Deadline) -> None:
    """Set the three (Declined if the printer does not take one)."""
    for order in (
        language.set_error_mode(error_mode_for(model)),
        language.TAKE_ONLY_IF_EMPTY,
        language.NO_CARD_AT_EJECTION,
    ):
        conversation.order(order, deadline)


def read(conversation: Conversation, deadline: Deadline) -> Habits:
    """Read the three back."""
    now, saved = conversation.ask(language.ERROR_MODE, replies.two_numbers, deadline)
    insertion = conversation.ask(language.INSERTION_MODE, replies.insertion_mode, deadline)
    black = conversation.ask(language.BLACK_MODE, replies.two_letters, deadline)
    return Habits(now, saved, insertion, black)


def read_all(conversation: Conversation, model: str, deadline: Deadline) -> Settings:
    """All settings as read back, with the digest of everything that can be read.

    Raises:
        DriverError: one of the three is still dangerous.
    """
    habits = read(conversation, deadline)
    refuse(habits, model)
    lines = [f"{habits}", *(_line(conversation, one, deadline) for one in language.OTHER_SETTINGS)]
    digest = sha256("\n".join(lines).encode()).hexdigest()
    return Settings(host_handles_errors=True, device_retries=0, copies=1, keeps_bitmaps=False, digest=digest)


def refuse(habits: Habits, model: str) -> None:
    """Raise DriverError if any of the three is dangerous."""
    faults = habits.faults(model)
    if faults:
        raise DriverError(f"the printer's settings are not as they must be: {'; '.join(faults)}")


def _line(conversation: Conversation, question: Command, deadline: Deadline) -> str:
    """One setting as text; that a printer does not know it is a part of the digest too."""
    try:
        return f"{question.text}={conversation.ask(question, replies.shown, deadline)}"
    except Declined as declined:
        return f"{question.text}={declined.reply}"

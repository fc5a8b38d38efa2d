"""One look at the printer (keadaan sekarang), with status words where it has them and without.

Without them the printer shows whether a card is inside, but not where, and neither a restart
nor a button pressed at its panel. Then the position is unknown, and a card inside is a notice.
"""

from attrs import define, evolve, field

from ektp_core.boundary.card_printer import (
    CardPosition,
    Condition,
    DriverError,
    DriverLost,
    DriverTimeout,
    Notice,
    Severity,
    Status,
)
from ektp_driver_evolis import conditions, language, replies, settings
from ektp_driver_evolis.conversation import Conversation
from ektp_driver_evolis.counters import is_card_inside
from ektp_driver_evolis.replies import Declined, StatusWords
from ektp_driving.deadline import Deadline

PROBE_MS = 1_000

#: What a printer shows once and then no more: that it restarted, and which buttons were pressed.
SHOWN_ONCE_INF, SHOWN_ONCE_EX1 = 0x00010000, 0x00000C00


@define(eq=False)
class Eyes:
    """Looks at one printer. What the printer shows only once is kept until it was told in a `Status`."""

    talk: Conversation
    _has_words: bool | None = field(init=False, default=None)
    _untold: StatusWords = field(init=False, factory=StatusWords)
    _configuration: int = field(init=False, default=0)

    def has_words(self, deadline: Deadline) -> bool:
        """Ask once for the status words; whatever is not exactly such a reply means that there are none.

        Raises:
            DriverLost: the printer is gone. DriverTimeout: the whole time is over.
        """
        if self._has_words is None:
            self.talk.catch_up(deadline)
            try:
                self._read_words(deadline.at_most(PROBE_MS))
            except DriverLost:
                raise
            except DriverTimeout:
                deadline.check()  # it may be the whole time that is over
                self._has_words = False
            except DriverError:
                self._has_words = False
            else:
                self._has_words = True
        return self._has_words

    def configuration(self, deadline: Deadline) -> int:
        """The configuration word, as it was shown last; 0 where there are no status words."""
        return self._configuration if self.has_words(deadline) else 0

    def status(self, model: str, deadline: Deadline) -> Status:
        """Conditions and position, as far as this printer shows them."""
        has_words = self.has_words(deadline)
        drift = _drift(self.talk, model, deadline)
        return self._by_words(drift, deadline) if has_words else self._by_questions(drift, deadline)

    def _read_words(self, deadline: Deadline) -> StatusWords:
        """The words of now, with what was shown once and not told yet."""
        now = self.talk.ask(language.STATUS_WORDS, replies.status_words, deadline)
        self._configuration = now.configuration
        first, *others = now.extensions
        buttons = (self._untold.extensions[0] | first) & SHOWN_ONCE_EX1
        restart = (self._untold.information | now.information) & SHOWN_ONCE_INF
        self._untold = StatusWords(information=restart, extensions=(buttons, 0, 0, 0))
        more = (first | buttons, others[0], others[1], others[2])
        return evolve(now, information=now.information | restart, extensions=more)

    def _by_words(self, drift: tuple[Notice, ...], deadline: Deadline) -> Status:
        words = self._read_words(deadline)
        position = conditions.position_of(words)
        notices = (*conditions.of_words(words), *drift)
        # One sensor's word is not enough where a card may be printed twice.
        if is_card_inside(self.talk, deadline) != (position is not CardPosition.NONE):
            position, notices = CardPosition.UNKNOWN, (conditions.DISAGREE, *notices)
        self._untold = StatusWords()
        return Status(notices, position, session=0, rebooted=conditions.has_restarted(words))

    def _by_questions(self, drift: tuple[Notice, ...], deadline: Deadline) -> Status:
        said = self.talk.ask(language.LAST_ANSWER, replies.text, deadline)
        inside = is_card_inside(self.talk, deadline)
        at_end = is_ribbon_at_end(self.talk, deadline)
        port = self.talk.line.port_status(deadline.left_ms)
        notices = (
            *conditions.of_last_answer(said, inside),
            *((conditions.CARD_INSIDE,) if inside else ()),
            *conditions.of_port(port, at_end),
            *conditions.of_ribbon(at_end),
            *_feeder(self.talk, deadline),
            *_cleaning(self.talk, deadline),
            *drift,
        )
        return Status(notices, CardPosition.UNKNOWN, session=0, rebooted=False)


def is_ribbon_at_end(conversation: Conversation, deadline: Deadline) -> bool:
    """Whether the ribbon stands at its end mark."""
    try:
        conversation.order(language.RIBBON_AT_END, deadline)
    except Declined:
        return True
    return False


def _feeder(conversation: Conversation, deadline: Deadline) -> tuple[Notice, ...]:
    try:
        return conditions.of_feeder(conversation.ask(language.FEEDER_LEVEL, replies.feeder_level, deadline))
    except Declined:
        return ()  # many models have no such sensor


def _cleaning(conversation: Conversation, deadline: Deadline) -> tuple[Notice, ...]:
    said = conversation.ask(language.CLEANING_NEED, replies.text, deadline)
    return conditions.of_cleaning(said == replies.NEEDS_CLEANING)


def _drift(conversation: Conversation, model: str, deadline: Deadline) -> tuple[Notice, ...]:
    """Settings that are not as they must be: the next card waits until they are set again."""
    faults = settings.read(conversation, deadline).faults(model)
    return tuple(Notice(Condition.OTHER, Severity.WARNING, conditions.UNKNOWN_ALERT, "Rem", one) for one in faults)

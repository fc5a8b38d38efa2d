"""The printer's own counters and whether a card is inside (pencacah): what evidence there is.

The card counter moves when a card passes the sensor on its way in, the panel counter at the
end of each panel. There is none for cards that left. PROTOCOL.md, section 4.
"""

from attrs import frozen

from ektp_core.boundary.card_printer import Counter, CounterName, Counters
from ektp_driver_evolis import language, replies
from ektp_driver_evolis.conversation import Conversation
from ektp_driving.deadline import Deadline

WIDTH_BITS = 32


@frozen
class Counts:
    """Both counters at one moment."""

    fed: int
    panels: int

    def cards_since(self, earlier: "Counts") -> int:
        """Cards taken since, over a wrap."""
        return (self.fed - earlier.fed) % (1 << WIDTH_BITS)

    def panels_since(self, earlier: "Counts") -> int:
        """Panels printed since, over a wrap."""
        return (self.panels - earlier.panels) % (1 << WIDTH_BITS)

    @property
    def counters(self) -> Counters:
        """In the contract's words."""
        return Counters(
            (
                Counter(CounterName.FED, self.fed, "feed", "never", WIDTH_BITS),
                Counter(CounterName.PANELS, self.panels, "mark", "never", WIDTH_BITS),
            )
        )


def read(conversation: Conversation, deadline: Deadline) -> Counts:
    """Ask for both."""
    fed = conversation.ask(language.counter("c"), replies.number, deadline)
    return Counts(fed, conversation.ask(language.counter("p"), replies.number, deadline))


def is_card_inside(conversation: Conversation, deadline: Deadline) -> bool:
    """Ask whether a card is inside."""
    return conversation.ask(language.CARD_PRESENCE, replies.presence, deadline)

"""What goes wrong in the demo, and at which card (alur gangguan); a small one has all of it too."""

from collections.abc import Mapping

from attrs import field, frozen

#: With fewer records not all of it can happen.
FEWEST = 16
#: From so many records on the long story is told.
_LONG = 150


@frozen
class Story:
    """Cards are counted for each printer from 1.

    Attributes:
        misprints: cards that come out wrong. jams: the card that gets stuck.
        jams_late: that is counted from the moment the station was killed, as few cards are left by then.
        without_hub: how many cards are judged while the hub is dead.
    """

    misprints: Mapping[str, tuple[int, ...]] = field(factory=lambda: {"A": (12, 47), "B": (30,)})
    jams: Mapping[str, int] = field(factory=lambda: {"B": 55})
    without_hub: int = 12
    jams_late: bool = False


def story_of(total: int) -> Story:
    """The story for so many records."""
    return Story() if total >= _LONG else Story({"A": (1, 3), "B": (2,)}, {"B": 1}, 4, jams_late=True)

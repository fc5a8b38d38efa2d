"""Seconds an act of people takes in an office (waktu petugas): the one table the field day counts by.

No paper gives these times. The card's two minutes come from an office (Sleman 2013: about two
minutes a card with a good network); all others are assumptions, stated here so that an office can
put its own watch beside them. `people` stand by at the same time; each one's time is counted.
"""

from collections.abc import Mapping
from enum import Enum

from attrs import frozen


class Act(Enum):
    """What people do on a field day."""

    LOOK = "look at a card"
    LOAD = "load a hopper"
    CLEAR = "clear a jam"
    RESTART = "restart after a power cut"
    REOPEN = "open a printer again"
    SETTLE = "settle a card in doubt"
    REPORT = "fill in a report"
    UNLOCK = "open a record again (centre)"


@frozen
class Takes:
    """One act: seconds, how many people, and where the figure comes from."""

    seconds: int
    people: int
    source: str


TIMES: Mapping[Act, Takes] = {
    Act.LOOK: Takes(6, 1, "assumed: take it, look at both sides, lay it down, press a key"),
    Act.LOAD: Takes(60, 1, "assumed: fetch a bundle of 50 blanks, fan them, note them with one command"),
    Act.CLEAR: Takes(180, 1, "assumed: open, take the card out, look for others, close, let it warm up"),
    Act.RESTART: Takes(300, 1, "assumed: machine, disk passphrase and two printers, from switch to ready"),
    Act.REOPEN: Takes(120, 2, "assumed: two people look into the machine, explain it and sign"),
    Act.SETTLE: Takes(300, 2, "assumed: two people find the card, look, write the minutes, sign"),
    Act.REPORT: Takes(600, 1, "assumed: the storekeeper counts the spoiled cards against the list and signs"),
    Act.UNLOCK: Takes(60, 2, "assumed: two people of the centre compare the line with the report and sign"),
}

#: What the centre's two people take to begin with a report that came in, in seconds. Assumed.
CENTRE_ANSWERS_S = 900

#: How often the storekeeper begins a report, if there is anything to report, in seconds. Rule 24 lets an office
#: report as often as daily; an office that wants its spoiled cards made again the same day reports more often.
REPORT_EVERY_S = 5_400

"""What the printer shows, in common words (keadaan pencetak): status words, port and last answer; pure.

The vendor's name and mask stay beside the common condition, as evidence; alert codes are
those of RFC 3805. The masks are those of `evo-printers.h` (PROTOCOL.md, section 9). What is
not in the table is kept as its name: no bit of the warning and error words is thrown away.
"""

from attrs import frozen

from ektp_core.boundary.card_printer import CardPosition, Condition, Notice, Severity
from ektp_driver_evolis.replies import StatusWords
from ektp_usb.port_status import PortStatus

_R, _W, _E = Severity.REPORT, Severity.WARNING, Severity.ERROR
_C = Condition
UNKNOWN_ALERT = 2


@frozen
class Flag:
    """One bit: in which word, which, its name by the vendor, and what it means."""

    word: int
    mask: int
    name: str
    condition: Condition
    severity: Severity
    alert: int = UNKNOWN_ALERT


_INF, _WAR, _ERR, _EX1, _EX2 = 1, 2, 3, 4, 5
_WORD_NAMES = ("CFG", "INF", "WAR", "ERR", "EX1", "EX2", "EX3", "EX4")

FLAGS = (
    Flag(_INF, 0x00800000, "PRINTER_MASTER", _C.OTHER, _E),
    Flag(_INF, 0x00080000, "RIBBON_LOW", _C.RIBBON_LOW, _R, 1106),
    Flag(_INF, 0x00040000, "CLEANING_MANDATORY", _C.CLEANING_NEEDED, _W, 17),
    Flag(_INF, 0x00020000, "CLEANING", _C.CLEANING_DUE, _R, 16),
    Flag(_INF, 0x00010000, "RESET", _C.REBOOTED, _R, 503),
    Flag(_INF, 0x00000001, "BUSY", _C.BUSY, _R),
    Flag(_WAR, 0x80000000, "POWER_SUPPLY", _C.LOW_VOLTAGE, _W, 30),
    Flag(_WAR, 0x08000000, "REJECT_BOX_FULL", _C.REJECT_FULL, _W, 903),
    Flag(_WAR, 0x01000000, "FEEDER_EMPTY", _C.HOPPER_EMPTY, _W, 808),
    Flag(_WAR, 0x00200000, "COOLING", _C.TOO_HOT, _W, 36),
    Flag(_WAR, 0x00100000, "HOPPER_FULL", _C.OUTPUT_FULL, _W, 903),
    Flag(_WAR, 0x00080000, "RIBBON_ENDED", _C.RIBBON_EMPTY, _W, 1103),
    Flag(_WAR, 0x00040000, "PRINTER_LOCKED", _C.LOCKED, _W, 5),
    Flag(_WAR, 0x00020000, "COVER_OPEN", _C.COVER_OPEN, _W, 3),
    Flag(_WAR, 0x00010000, "NO_RIBBON", _C.RIBBON_MISSING, _W, 9),
    Flag(_WAR, 0x00008000, "UNSUPPORTED_RIBBON", _C.RIBBON_MISSING, _W, 9),
    Flag(_WAR, 0x00000400, "REJECT_BOX_COVER_OPEN", _C.REJECT_FULL, _W, 18),
    Flag(_ERR, 0x20000000, "HEAD_TEMP", _C.TOO_HOT, _E, 36),
    Flag(_ERR, 0x08000000, "FEEDER_ERROR", _C.NOT_FED, _E, 808),
    Flag(_ERR, 0x04000000, "RIBBON_ERROR", _C.RIBBON_MISSING, _E, 9),
    Flag(_ERR, 0x02000000, "COVER_OPEN", _C.COVER_OPEN, _E, 3),
    Flag(_ERR, 0x01000000, "MECHANICAL", _C.JAM, _E, 8),
    Flag(_ERR, 0x00800000, "REJECT_BOX_FULL", _C.REJECT_FULL, _E, 903),
    Flag(_ERR, 0x00400000, "BAD_RIBBON", _C.RIBBON_MISSING, _E, 9),
    Flag(_ERR, 0x00200000, "RIBBON_ENDED", _C.RIBBON_EMPTY, _E, 1103),
    Flag(_ERR, 0x00100000, "HOPPER_FULL", _C.OUTPUT_FULL, _E, 903),
    Flag(_EX1, 0x00000800, "LCD_BUT_RETRY", _C.PANEL_RETRY, _R),
    Flag(_EX1, 0x00000400, "LCD_BUT_CANCEL", _C.PANEL_CANCEL, _W),
    Flag(_EX1, 0x00000100, "FEEDER_NEAR_EMPTY", _C.HOPPER_LOW, _R, 807),
)

#: Bits of the warning word that report and do not warn.
_ONLY_REPORTS = {0x00000200: "RIBBON_COMPATIBLE", 0x10000000: "RECEPTACLE_OPEN", 0x00000001: "EPS_NO_AUTO"}

_POSITIONS = (
    (_INF, 0x20000000, CardPosition.HOPPER_EXIT),
    (_INF, 0x10000000, CardPosition.FLIP),
    (_INF, 0x08000000, CardPosition.CONTACTLESS),
    (_INF, 0x04000000, CardPosition.CONTACT),
    (_INF, 0x02000000, CardPosition.HEAD),
    (_INF, 0x01000000, CardPosition.EXIT),
    (_EX2, 0x00010000, CardPosition.EXIT),
)
_RESET = 0x00010000
_MECHANICAL = 0x01000000

#: Words in an error reply: what they mean. Only their letters are published; the words are a reading.
_ERROR_WORDS = (
    ("COVER", _C.COVER_OPEN, 3),
    ("FEEDER", _C.NOT_FED, 808),
    ("RIBBON", _C.RIBBON_MISSING, 9),
    ("MECHANICAL", _C.JAM, 8),
    ("CANCEL", _C.PANEL_CANCEL, UNKNOWN_ALERT),
)


def of_words(words: StatusWords) -> tuple[Notice, ...]:
    """Everything the status words say, errors first."""
    eight = words.words
    known = [
        Notice(flag.condition, flag.severity, flag.alert, f"{_WORD_NAMES[flag.word]}:{flag.mask:08X}", flag.name)
        for flag in FLAGS
        if eight[flag.word] & flag.mask
    ]
    return tuple(sorted((*known, *_unnamed(eight)), key=_rank))


def _unnamed(eight: tuple[int, ...]) -> list[Notice]:
    """Bits of the warning and error words nobody named here: they stop the next card all the same."""
    found = []
    for word, severity in ((_WAR, _W), (_ERR, _E)):
        named = {flag.mask for flag in FLAGS if flag.word == word}
        for mask in (1 << bit for bit in range(32)):
            if eight[word] & mask and mask not in named:
                is_report = word == _WAR and mask in _ONLY_REPORTS
                text = _ONLY_REPORTS.get(mask, "") if is_report else "not in the table"
                level = _R if is_report else severity
                found.append(Notice(_C.OTHER, level, UNKNOWN_ALERT, f"{_WORD_NAMES[word]}:{mask:08X}", text))
    return found


def _rank(notice: Notice) -> int:
    return (_E, _W, _R).index(notice.severity)


def position_of(words: StatusWords) -> CardPosition:
    """Where the card is. Two places at once are none that is known."""
    eight = words.words
    places = {place for word, mask, place in _POSITIONS if eight[word] & mask}
    if not places:
        return CardPosition.NONE
    if eight[_ERR] & _MECHANICAL:
        return CardPosition.JAMMED
    return places.pop() if len(places) == 1 else CardPosition.UNKNOWN


def has_restarted(words: StatusWords) -> bool:
    """Whether the printer says that it has just restarted."""
    return bool(words.information & _RESET)


def of_last_answer(said: str, card_inside: bool) -> tuple[Notice, ...]:
    """The last answer, if it was an error: history while nothing is inside, and an error while a card is."""
    if not said.startswith("ERR"):
        return ()
    severity = _E if card_inside else _R
    for word, condition, alert in _ERROR_WORDS:
        if word in said:
            return (Notice(condition, severity, alert, "Rlr", said),)
    return (Notice(_C.OTHER, severity, UNKNOWN_ALERT, "Rlr", said),)


def of_port(port: PortStatus, ribbon_at_end: bool) -> tuple[Notice, ...]:
    """What the port's one byte says; "paper empty" means cards or ribbon, and the ribbon was asked for."""
    code = f"port:{port.raw:02X}"
    found = []
    if port.error:
        found.append(Notice(_C.OTHER, _E, UNKNOWN_ALERT, code, "mechanical error"))
    if not port.selected:
        found.append(Notice(_C.COVER_OPEN, _W, 3, code, "not selected"))
    if port.paper_empty and not ribbon_at_end:
        found.append(Notice(_C.HOPPER_EMPTY, _W, 808, code, "paper empty"))
    return tuple(found)


def of_ribbon(at_end: bool) -> tuple[Notice, ...]:
    """Whether the ribbon stands at its end mark."""
    return (Notice(_C.RIBBON_EMPTY, _W, 1103, "Rcr", "ribbon at its end mark"),) if at_end else ()


def of_feeder(level: int) -> tuple[Notice, ...]:
    """The feeder's sensor: 3 is empty, 1 and 2 one of two feeders."""
    match level:
        case 0:
            return ()
        case 3:
            return (Notice(_C.HOPPER_EMPTY, _W, 808, "Sk;f", "3"),)
        case _:
            return (Notice(_C.HOPPER_LOW, _R, 807, "Sk;f", str(level)),)


def of_cleaning(is_due: bool) -> tuple[Notice, ...]:
    """Whether cleaning is due."""
    return (Notice(_C.CLEANING_DUE, _R, 16, "Rlr;r", "ERR NEED CLEANING"),) if is_due else ()


#: A card is inside and nobody knows where: the next one is not fed on top of it.
CARD_INSIDE = Notice(_C.OTHER, _W, UNKNOWN_ALERT, "Rlr;p", "a card is inside")

#: Two ways of asking where the card is do not agree.
DISAGREE = Notice(_C.OTHER, _W, UNKNOWN_ALERT, "Rlr;p", "presence and status words do not agree")

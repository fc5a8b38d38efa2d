"""Which conditions the machine shows (keadaan mesin), from what its sensors see.

The vendor's code and text stand beside the common word, as evidence; the alert code is
RFC 3805's.
"""

from ektp_core.boundary.card_printer import CardPosition, Condition, Notice, Severity
from ektp_driver_virtual.truth import Place, Truth

LOW = 10
OUTPUT_ROOM = 1000


def notices(truth: Truth, restarted: bool) -> tuple[Notice, ...]:
    """Everything there is to say now, worst first."""
    found = [*_errors(truth), *_warnings(truth), *_reports(truth)]
    if restarted:
        found.append(_notice(Condition.REBOOTED, Severity.REPORT, 503, "V100", "started"))
    return tuple(found)


def stops(truth: Truth) -> tuple[Notice, ...]:
    """What keeps the next card from being fed."""
    return (*_errors(truth), *_warnings(truth))


def _notice(condition: Condition, severity: Severity, alert: int, code: str, text: str) -> Notice:
    return Notice(condition, severity, alert, code, text)


def _errors(truth: Truth) -> list[Notice]:
    found = []
    if truth.position is CardPosition.JAMMED:
        found.append(_notice(Condition.JAM, Severity.ERROR, 8, "V234", "card stuck"))
    if truth.ribbon <= 0 and _half_marked(truth):
        found.append(_notice(Condition.RIBBON_EMPTY, Severity.ERROR, 1103, "V237", "ribbon end in card"))
    return found


def _half_marked(truth: Truth) -> bool:
    return truth.position is CardPosition.HEAD and truth.cards[truth.inside].marked


def _warnings(truth: Truth) -> list[Notice]:
    found = []
    if not truth.hopper:
        found.append(_notice(Condition.HOPPER_EMPTY, Severity.WARNING, 808, "V112", "no cards"))
    if truth.ribbon <= 0 and not _half_marked(truth):
        found.append(_notice(Condition.RIBBON_EMPTY, Severity.WARNING, 1103, "V110", "ribbon end"))
    if len(truth.lying(Place.OUTPUT)) >= OUTPUT_ROOM:
        found.append(_notice(Condition.OUTPUT_FULL, Severity.WARNING, 903, "V242", "output full"))
    return found


def _reports(truth: Truth) -> list[Notice]:
    found = []
    if 0 < len(truth.hopper) < LOW:
        found.append(_notice(Condition.HOPPER_LOW, Severity.REPORT, 807, "V107", "few cards"))
    if 0 < truth.ribbon < LOW:
        found.append(_notice(Condition.RIBBON_LOW, Severity.REPORT, 1106, "V109", "ribbon low"))
    return found

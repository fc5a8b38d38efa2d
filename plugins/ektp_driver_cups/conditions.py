"""From the words of a queue to conditions (keadaan pencetak): a table, with the vendor's word kept beside each.

printer-state-reasons end in -report, -warning or -error; without an end they count as errors
(RFC 8011, 5.4.12). A spooler passes some of them on with the end -report whatever the printer
said, seen with media-empty-error and media-jam-error; so what is empty, jammed or open stops
new cards whatever its end. A word that is not in the table stays what it is, as `OTHER`. What
a queue shows while it rests is what its last job left there: nobody asked the printer since.
"""

from collections.abc import Mapping
from typing import Any

from ektp_core.boundary.card_printer import Condition, Notice, Severity, Supply

#: The reason, what it means, and its number in RFC 3805 (prtAlertCode).
REASONS: Mapping[str, tuple[Condition, int]] = {
    "media-empty": (Condition.HOPPER_EMPTY, 808),
    "media-low": (Condition.HOPPER_LOW, 807),
    "media-needed": (Condition.NOT_FED, 808),
    "media-jam": (Condition.JAM, 8),
    "cover-open": (Condition.COVER_OPEN, 3),
    "door-open": (Condition.COVER_OPEN, 3),
    "interlock-open": (Condition.LOCKED, 5),
    "marker-print-ribbon-empty": (Condition.RIBBON_EMPTY, 1103),
    "marker-print-ribbon-almost-empty": (Condition.RIBBON_LOW, 1106),
    "marker-print-ribbon-missing": (Condition.RIBBON_MISSING, 9),
    "marker-ribbon-empty": (Condition.RIBBON_EMPTY, 1103),
    "marker-ribbon-low": (Condition.RIBBON_LOW, 1106),
    "marker-supply-empty": (Condition.FILM_EMPTY, 13),
    "marker-supply-low": (Condition.RIBBON_LOW, 1106),
    "output-area-full": (Condition.OUTPUT_FULL, 903),
    "fuser-over-temp": (Condition.TOO_HOT, 36),
    "fuser-under-temp": (Condition.WARMING_UP, 24),
    "power-down": (Condition.LOW_VOLTAGE, 30),
    "offline": (Condition.OFFLINE, 2),
    "shutdown": (Condition.OFFLINE, 2),
    "connecting-to-device": (Condition.OFFLINE, 2),
    "timed-out": (Condition.OFFLINE, 2),
    "moving-to-paused": (Condition.BUSY, 2),
}

#: Conditions in which a card can be begun: their word's own end counts.
_CAN_GO_ON = frozenset({Condition.HOPPER_LOW, Condition.RIBBON_LOW, Condition.OTHER})

#: Words that are the spooler's own book-keeping, or are told of in words of our own.
_NOT_OF_THE_PRINTER = ("paused", "none", "cups-")

#: What IPP's negative marker levels mean; each is something else than no word at all.
NO_LEVEL: Mapping[int, str] = {-1: "unavailable", -2: "unknown", -3: "some left"}


def notices(reasons: tuple[str, ...]) -> tuple[Notice, ...]:
    """What the queue's reasons say of the printer."""
    return tuple(_notice(one) for one in reasons if not one.startswith(_NOT_OF_THE_PRINTER))


def _notice(reason: str) -> Notice:
    plain, _, end = reason.rpartition("-")
    known = {"report": Severity.REPORT, "warning": Severity.WARNING, "error": Severity.ERROR}.get(end)
    word = plain if known else reason
    condition, alert = REASONS.get(word, (Condition.OTHER, 2))
    severity = known or Severity.ERROR
    if condition is Condition.OTHER and known is None:
        severity = Severity.WARNING  # a word nobody knows stops new cards and says nothing of the one inside
    elif severity is Severity.REPORT and condition not in _CAN_GO_ON:
        severity = Severity.WARNING
    return Notice(condition, severity, alert, reason[:80], reason[:80])


def supplies(values: Mapping[str, tuple[Any, ...]]) -> tuple[Supply, ...]:
    """Ribbon, film and the like, as far as the queue knows of them. Levels are percent, or a word."""
    names = [one for one in values.get("marker-names", ()) if isinstance(one, str)]
    kinds = [one for one in values.get("marker-types", ()) if isinstance(one, str)]
    levels = values.get("marker-levels", ())
    return tuple(
        _supply(name[:60], kinds[at] if at < len(kinds) else "", levels[at] if at < len(levels) else None)
        for at, name in enumerate(names)
    )


def _supply(name: str, kind: str, level: object) -> Supply:
    shown = f"{kind}: {name}" if kind and kind != name else name
    if not isinstance(level, int) or isinstance(level, bool) or level > 100:
        return Supply(shown, None)
    if level < 0:
        return Supply(shown, None, told=NO_LEVEL.get(level, "unknown"))
    return Supply(shown, None, told=f"{level} %")

"""What a device says is wrong, with its maker's own words (kode asli pembuat): kept for whoever calls the maker.

The alert code is RFC 3805's `prtAlertCode`. Codes and words are the device's, so they are masked and cut, and
nothing is decided by them. Pure.
"""

from typing import Any

from ektp_core.boundary.card_printer import Condition, Notice, Severity, Status
from ektp_core.errors import masked

#: How much of a maker's words is kept.
LONGEST = 200
#: RFC 3805's "other" and "unknown", which say nothing.
_NO_ALERT = (1, 2)


def code_of(notice: Notice) -> str:
    """Its codes and the maker's words: `prtAlertCode 8, V234, card stuck`; empty if there are none."""
    alert = () if notice.alert_code in _NO_ALERT else (f"prtAlertCode {notice.alert_code}",)
    return ", ".join((*alert, *filter(None, (_plain(notice.vendor_code), _plain(notice.vendor_text)))))


def with_code(status: Status | None) -> dict[str, str]:
    """The codes of all that keeps a card from being begun, as the fact `code` of a log line; nothing without any."""
    codes = "; ".join(code for one in (status.stops if status else ()) if (code := code_of(one)))
    return {"code": codes} if codes else {}


def shown(status: Status | None) -> list[dict[str, Any]]:
    """For the station's own page: everything the device says of itself, but that all is well."""
    found = (one for one in (status.notices if status else ()) if one.condition is not Condition.READY)
    return [
        {
            "condition": one.condition.value, "stops": one.severity is not Severity.REPORT,
            "alert_code": one.alert_code, "vendor_code": _plain(one.vendor_code),
            "vendor_text": _plain(one.vendor_text), "code": code_of(one),
        }
        for one in found
    ]  # fmt: skip


def _plain(text: str) -> str:
    return str(masked(" ".join("".join(one if one.isprintable() else " " for one in text).split())))[:LONGEST]

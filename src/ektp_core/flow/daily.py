"""Filing a daily report (laporan harian): what an office says of its day, kept as it was said (rule 32).

A report is evidence: it moves nothing and is never edited. A correction is another report of
the same day that names the one it corrects; the last one counts. Whether it adds up, and
whether it agrees with the book, is shown beside it (`daily_board`) and refuses nothing: an
office that counted wrong must be able to say what it counted.
"""

from attrs import frozen

from ektp_core.daily.columns import Values, checked_values
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.office_events import DailyFiled
from ektp_core.flow.office_rows import Daily
from ektp_core.flow.periods import Paper, paper_date_checked
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.rows import Party
from ektp_core.flow.signers import of_office, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.party import PartyId, PartyKind

#: How a report came in: typed into a form, uploaded as a file, pasted as text.
WAYS = ("typed", "uploaded", "pasted")


@frozen
class FileDaily:
    """File one office's report of one day. `corrects`: the number of the report it corrects, 0 for the first."""

    office: str
    date: str
    columns: Values
    how: str = "typed"
    corrects: int = 0


def decide_daily(view: View, ask: Ask, body: FileDaily) -> tuple[Event, ...]:
    """Keep the report; a second one of a day must name the one it corrects."""
    who = require(view, ask, PERMITS[Act.FILE_DAILY])
    office_known(view, body.office)
    of_office(who, body.office)
    if not body.date:
        raise Refused(Refusal.BAD_VALUE, {"field": "date", "shape": "empty", "expected": "the day of the report"})
    late = paper_date_checked(view, body.office, Paper("the daily report", body.date, body.date), ask.at_ms, "date")
    if body.how not in WAYS:
        raise Refused(Refusal.BAD_VALUE, {"field": "how", "shape": "not one of the list", "expected": ", ".join(WAYS)})
    columns = checked_values(body.columns)
    last = latest(view, body.office, body.date)
    if last and not body.corrects:
        what = "the daily report"
        raise Refused(Refusal.ALREADY_KNOWN, {"what": what, "id": f"{body.office} {body.date} ({last.number})"})
    if body.corrects != (last.number if last else 0):
        expected = f"{last.number}, the last report of that day" if last else "0, nothing was reported that day"
        raise Refused(Refusal.BAD_VALUE, {"field": "corrects", "shape": str(body.corrects), "expected": expected})
    return (DailyFiled(body.office, body.date, body.corrects + 1, columns, body.how, who.names), *late)


def latest(view: View, office: str, date: str) -> Daily | None:
    """The report that counts for an office's day."""
    reports = tuple(view.rows(Daily, date, office))
    return reports[-1] if reports else None


def office_known(view: View, office: str) -> None:
    """Refuse what is no registered office.

    Raises:
        Refused: BAD_VALUE or UNKNOWN_PARTY.
    """
    if PartyId.parse(office, "office").kind is not PartyKind.OFFICE:
        expected = "an office such as office/52.03"
        raise Refused(Refusal.BAD_VALUE, {"field": "office", "shape": "another party", "expected": expected})
    if view.row(Party, office) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": office})

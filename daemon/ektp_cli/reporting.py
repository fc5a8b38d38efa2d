"""Filing a spoilage report (pengajuan berita acara): the office's own count against the centre's book.

What the office states comes from its own count; from the book come the cut, which says as at
which entry both are compared, and how many blanks it received, where nobody counted anew.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import attrs
from attrs import field, frozen

from ektp_cli.asking import ask
from ektp_client.hub_client import HubClient
from ektp_core.boundary.signer import Signer
from ektp_core.errors import Refused
from ektp_core.flow.codec import fill
from ektp_core.spoilage.report import Columns
from ektp_core.wire.asks import ReportLine, SpoilageReport

T = TypeVar("T")


@frozen
class BookLine:
    """A bad or lost blank as the book has it; `needs_nik`: the report must name a person."""

    serial: str
    record: str
    n: int
    cause: str
    is_lost: bool
    needs_nik: bool


@frozen
class Draft:
    """What the book says of an allotment as at a cut."""

    allotment: str
    party: str
    granted: int
    last_report: str
    cut: int
    columns: Columns
    lines: tuple[BookLine, ...]


@frozen
class Count:
    """What an office counted; what is None was not counted by hand.

    Attributes:
        received: None takes what the book says.
        bad_without: None takes the lines without a NIK.
    """

    good: int
    suspect: int
    lost: int
    remaining: int
    received: int | None = None
    bad_without: int | None = None
    borrowed: int = 0
    lent: int = 0
    returned: int = 0
    used_declared: int = 0


@frozen
class Filed:
    """An accepted report. `digest` (hexadecimal) is what an unlock signs."""

    report: str
    allotment: str
    cut: int
    digest: str
    columns: Columns
    is_final: bool


@frozen
class _Stored:
    """A draft as the hub gives it."""

    allotment: str
    party: str
    granted: int
    last_report: str
    cut: int
    columns: dict[str, int]
    lines: tuple[dict[str, Any], ...] = field(repr=False)


def draft_of(hub: HubClient, allotment: str) -> Draft:
    """What the book says now of an allotment.

    Raises:
        Refused: UNKNOWN_ALLOTMENT; MALFORMED for an answer of another version.
    """
    plain = hub.get("/v1/allotments", {"id": allotment})
    told = _only(plain, _Stored, "draft")
    lines = tuple(_only(one, BookLine, "draft.lines[]") for one in told.lines)
    columns = fill(told.columns, Columns, "draft.columns")
    return Draft(told.allotment, told.party, told.granted, told.last_report, told.cut, columns, lines)


def _only(plain: dict[str, Any], kind: type[T], name: str) -> T:
    """A value of that kind; what a newer hub says beyond it is left out."""
    wanted = {one.name for one in attrs.fields(kind)}  # type: ignore[arg-type]  # attrs classes, all of them
    return fill({key: value for key, value in plain.items() if key in wanted}, kind, name)


def columns_of(count: Count, lines: Sequence[ReportLine], draft: Draft) -> Columns:
    """The report's columns: the office's count, and its list of bad cards."""
    bad = [line for line in lines if not line.is_lost]
    without = sum(1 for line in bad if not line.nik)
    return Columns(
        received=draft.columns.received if count.received is None else count.received,
        borrowed=count.borrowed,
        good=count.good,
        bad_of_person=len(bad) - without,
        bad_without=without if count.bad_without is None else count.bad_without,
        suspect=count.suspect,
        lost=count.lost,
        lent=count.lent,
        returned=count.returned,
        remaining=count.remaining,
        used_declared=count.used_declared,
    )


def file_report(
    hub: HubClient,
    signers: Sequence[Signer],
    report: str,
    draft: Draft,
    columns: Columns,
    *,
    lines: Sequence[ReportLine] = (),
    is_final: bool = False,
    paper: str = "",
    paper_date: str = "",
) -> Filed:
    """File a report as at the draft's cut.

    Raises:
        Refused: REPORT_DIFFERS with the exact difference, and whatever else the hub refuses.
        UplinkError: no answer; look with `ektp report --draft` whether it was accepted.
    """
    body = SpoilageReport(report, draft.allotment, draft.cut, columns, tuple(lines), is_final, paper, paper_date)
    ask(hub, body, signers)
    digest = str(hub.get("/v1/reports", {"id": report}).get("digest", ""))
    return Filed(report, draft.allotment, draft.cut, digest, columns, is_final)


def compared(stated: Columns, book: Columns) -> list[tuple[str, int, int, int]]:
    """Column by column: what is stated, what the book has, and the difference."""
    return [
        (name, said, held, said - held) for (name, said), (_, held) in zip(stated.named(), book.named(), strict=True)
    ]


def differences(refused: Refused) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two lists of a REPORT_DIFFERS: the columns that differ, the cards and persons concerned."""
    return _texts(refused, "difference"), _texts(refused, "concerned")


def _texts(refused: Refused, name: str) -> tuple[str, ...]:
    found = refused.facts.get(name, ())
    return found if isinstance(found, tuple) else (str(found),)

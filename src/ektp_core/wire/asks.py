"""Asks on the wire (permintaan di kawat): one JSON shape for all, and the names of their kinds.

An ask is the payload of a signed envelope: version, id made by the asker, kind, addressee,
time and body. Two kinds carry a citizen's data in the clear inside the envelope, which the
edge turns into keyed hashes before anything is decided: a print-ready record, and the lines
of a spoilage report.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import field, frozen

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.allotting_families import KINDS as ALLOTTING_KINDS
from ektp_core.flow.blank_tests import KINDS as TEST_KINDS
from ektp_core.flow.cards_families import CARD_KINDS
from ektp_core.flow.closing_day import CloseDay, MarkDay
from ektp_core.flow.closing_found import CloseFound
from ektp_core.flow.codec import fill, from_json, to_json
from ektp_core.flow.complaints import AnswerComplaint, Complain
from ektp_core.flow.counting import CountDay
from ektp_core.flow.custody import Dispatch, Grant, Issue, Receive, TakeSupply
from ektp_core.flow.custody_families import KINDS as CUSTODY_KINDS
from ektp_core.flow.daily import FileDaily
from ektp_core.flow.declaring import DeclareUse, Reidentify
from ektp_core.flow.finding import CloseSuspectBlank, ReturnFound, TakeFound
from ektp_core.flow.founding import Register
from ektp_core.flow.lost_site import CloseLostStation, CountLostSite
from ektp_core.flow.moving import MoveBook
from ektp_core.flow.opening import OpenBalance
from ektp_core.flow.periods import ClosePeriod
from ektp_core.flow.pressing import Conclude
from ektp_core.flow.printing import Authorise, Recall, Withdraw
from ektp_core.flow.queueing_families import KINDS as QUEUEING_KINDS
from ektp_core.flow.re_enrolling import ReEnrol
from ektp_core.flow.recovering import KINDS as RECOVERING_KINDS
from ektp_core.flow.releasing import BurnForCode
from ektp_core.flow.reporting import Unlock
from ektp_core.flow.reversal import ReverseMovement
from ektp_core.flow.settling import FailCard, Settle, VoidCard
from ektp_core.flow.silence import DeclareStationLost, DisputeSilent
from ektp_core.flow.station_book import ClosePrinter, LoadPrinter
from ektp_core.flow.suket import WithdrawSuket
from ektp_core.flow.suspect_evidence import AddEvidence
from ektp_core.spoilage.report import Columns
from ektp_core.wire.letters import OldCardEntry, SuketEntry
from ektp_core.wire.proposals import ProposalList
from ektp_core.wire.release import ReleaseByCode

FORMAT = 1
HUB = "hub"


@frozen
class EnterRecord:
    """Enter one print-ready record as signed by the registry or the importing officer (rule 42).

    `record` is the exact text of `vocabulary.prr.to_payload`.
    """

    office: str
    record: str = field(repr=False)
    checked_ms: int
    purpose: str = ""


@frozen
class EnterLockedRecord:
    """Enter a half-finished life of the old system; `record` as in `EnterRecord`, `status` its code there (rule 4)."""

    office: str
    record: str = field(repr=False)
    checked_ms: int
    status: int


@frozen
class ReportLine:
    """One bad or lost card as the office writes it: NIK (empty where no person is concerned), blank, cause."""

    series: str = ""
    number: int = 0
    uid: str = ""
    nik: str = field(default="", repr=False)
    n: int = 0
    cause: str = ""
    is_lost: bool = False


@frozen
class SpoilageReport:
    """File a spoilage report as the office writes it."""

    report: str
    allotment: str
    cut_seq: int
    columns: Columns
    lines: tuple[ReportLine, ...] = ()
    is_final: bool = False
    paper: str = ""
    paper_date: str = ""


KINDS: Mapping[str, type[Any]] = {
    "register": Register,
    "take-supply": TakeSupply,
    "grant": Grant,
    "dispatch": Dispatch,
    "issue": Issue,
    "receive": Receive,
    "reverse-movement": ReverseMovement,
    "enter": EnterRecord,
    "authorise": Authorise,
    "withdraw": Withdraw,
    "recall": Recall,
    "settle": Settle,
    "fail-card": FailCard,
    "void-card": VoidCard,
    "release": ReleaseByCode,
    "re-enrol": ReEnrol,
    "burn-for-code": BurnForCode,
    "report": SpoilageReport,
    "unlock": Unlock,
    "enter-locked": EnterLockedRecord,
    **CARD_KINDS,
    **CUSTODY_KINDS,
    **ALLOTTING_KINDS,
    **QUEUEING_KINDS,
    "propose": ProposalList,
    "conclude": Conclude,
    "load-printer": LoadPrinter,
    "close-printer": ClosePrinter,
    "add-evidence": AddEvidence,
    "mark-day": MarkDay,
    "close-day": CloseDay,
    **TEST_KINDS,
    **RECOVERING_KINDS,
    "move-book": MoveBook,
    "dispute-silent": DisputeSilent,
    "declare-station-lost": DeclareStationLost,
    "count-lost-site": CountLostSite,
    "close-lost-station": CloseLostStation,
    "open-balance": OpenBalance,
    "declare-use": DeclareUse,
    "reidentify": Reidentify,
    "count-day": CountDay,
    "return-found": ReturnFound,
    "take-found": TakeFound,
    "close-found": CloseFound,
    "close-suspect-blank": CloseSuspectBlank,
    "close-period": ClosePeriod,
    "file-daily": FileDaily,
    "register-suket": SuketEntry,
    "take-old-card": OldCardEntry,
    "withdraw-suket": WithdrawSuket,
    "complain": Complain,
    "answer-complaint": AnswerComplaint,
}

_NAMES = {kind: name for name, kind in KINDS.items()}


@frozen
class AskMessage:
    """An ask as sent. `to` is the hub or a station; `body` belongs to `kind`."""

    v: int
    id: str
    kind: str
    to: str
    at_ms: int
    body: dict[str, Any] = field(repr=False)


def write_ask(ask_id: str, to: str, at_ms: int, body: object) -> bytes:
    """The payload of an ask, to be signed."""
    return to_json(AskMessage(FORMAT, ask_id, _NAMES[type(body)], to, at_ms, msgspec.to_builtins(body)))


def read_ask(payload: bytes) -> tuple[AskMessage, Any]:
    """The ask and its body.

    Raises:
        Refused: MALFORMED naming the field.
    """
    message = from_json(payload, AskMessage, "ask")
    kind = KINDS.get(message.kind)
    if message.v != FORMAT or kind is None or not 1 <= len(message.id) <= 64:
        raise Refused(
            Refusal.MALFORMED,
            {"field": "ask", "expected": "version 1, a known kind, an id of 1 to 64 characters", "shape": "another"},
        )
    return message, fill(message.body, kind, message.kind)

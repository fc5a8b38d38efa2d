"""The one decision (keputusan): an ask against a view gives events, or a refusal.

Two tables say who decides what: the hub's asks and a station's. What a family raises as a
refusal comes back as a value. Before the events leave, the ledger's own arithmetic checks
that every movement among them takes blanks from where they are and keeps their number.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.absorb import AbsorbCommit, decide_absorb
from ektp_core.flow.allotting_families import FAMILIES as ALLOTTING
from ektp_core.flow.ask import Ask, Late
from ektp_core.flow.blank_tests import station_families as test_families
from ektp_core.flow.cards_families import CARDS
from ektp_core.flow.closing_day import (
    CloseDay,
    MarkDay,
    NoteDiffering,
    decide_close_day,
    decide_mark,
    decide_note_differing,
)
from ektp_core.flow.closing_day_booking import BookVariance, decide_book_variance
from ektp_core.flow.closing_found import CloseFound, decide_close_found
from ektp_core.flow.counting import CountDay, decide_count
from ektp_core.flow.custody import (
    Dispatch,
    Grant,
    Issue,
    Receive,
    TakeSupply,
    decide_dispatch,
    decide_grant,
    decide_issue,
    decide_receive,
    decide_supply,
)
from ektp_core.flow.custody_families import FAMILIES as CUSTODY
from ektp_core.flow.declaring import DeclareUse, Reidentify, decide_reidentify, decide_use
from ektp_core.flow.events import Event, GivenOut, Moved, TakenIn
from ektp_core.flow.finding import (
    CloseSuspectBlank,
    ReturnFound,
    TakeFound,
    decide_close_suspect,
    decide_return_found,
    decide_take_found,
)
from ektp_core.flow.founding import Found, Register, decide_founding, decide_register
from ektp_core.flow.lost_site import CloseLostStation, CountLostSite, decide_close_lost, decide_lost_site
from ektp_core.flow.moving import ArriveBook, MoveBook, decide_arrive, decide_move, placed
from ektp_core.flow.office_families import OFFICE_FAMILIES
from ektp_core.flow.opening import OpenBalance, decide_opening
from ektp_core.flow.pressing import (
    Conclude,
    NoteStep,
    ReturnCard,
    StartCard,
    decide_conclude,
    decide_note,
    decide_return,
    decide_start,
)
from ektp_core.flow.printing import (
    Authorise,
    Enter,
    Recall,
    Withdraw,
    decide_authorise,
    decide_enter,
    decide_recall,
    decide_withdraw,
)
from ektp_core.flow.queueing_families import FAMILIES as QUEUEING
from ektp_core.flow.queueing_families import station_families as queueing_here
from ektp_core.flow.re_enrolling import ReEnrol, decide_re_enrol
from ektp_core.flow.recovering import RecoverPrinter, decide_recover
from ektp_core.flow.releasing import (
    AcceptRelease,
    BurnForCode,
    NoteWrongCode,
    decide_burn,
    decide_release,
    decide_wrong_code,
)
from ektp_core.flow.reporting import FileReport, Unlock, decide_report, decide_unlock
from ektp_core.flow.reversal import ReverseMovement, decide_reversal
from ektp_core.flow.settling import FailCard, Settle, VoidCard, decide_fail_card, decide_settle, decide_void
from ektp_core.flow.silence import DeclareStationLost, DisputeSilent, decide_silent, decide_station_lost
from ektp_core.flow.station_book import (
    ClosePrinter,
    LoadPrinter,
    TakeFeed,
    decide_close_printer,
    decide_load,
    decide_take,
)
from ektp_core.flow.suspect_evidence import AddEvidence, decide_add_evidence
from ektp_core.flow.taking_back import GiveBack, decide_give_back
from ektp_core.flow.view import View
from ektp_core.ledger.conservation import Step, replay
from ektp_core.vocabulary.region import Regions

_MOVING = (TakenIn, Moved, GivenOut)

Family = Callable[[View, Ask, Any], tuple[Event, ...]]


class Decider:
    """Decides for one book: the hub's (no owner), or a station's.

    Args:
        regions: the current list of regions; an unknown region of a party is refused (rule 41).
        owner: the station whose book this is, or nothing at the hub.
    """

    def __init__(self, regions: Regions, owner: str = "") -> None:
        self._families = placed(_station_families(regions, owner), owner) if owner else _hub_families(regions)

    def __call__(self, view: View, ask: Ask) -> tuple[Event, ...] | Refused:
        """Events to be applied and sealed together, or the refusal. Changes nothing."""
        if isinstance(ask.body, Late):
            return ask.body.why
        family = self._families.get(type(ask.body))
        if family is None:
            return Refused(Refusal.WRONG_ADDRESSEE, {"meant": "another book", "here": type(ask.body).__name__})
        try:
            events = tuple(family(view, ask, ask.body))
        except Refused as refused:
            return refused
        check_conserved(view, events)
        return events

    @property
    def asks(self) -> tuple[type[Any], ...]:
        """The kinds of ask this book takes."""
        return tuple(self._families)


def _hub_families(regions: Regions) -> Mapping[type[Any], Family]:
    return {
        Found: lambda view, ask, body: decide_founding(view, ask, body, regions),
        Register: lambda view, ask, body: decide_register(view, ask, body, regions),
        TakeSupply: decide_supply,
        Grant: decide_grant,
        Dispatch: decide_dispatch,
        Issue: decide_issue,
        Receive: lambda view, ask, body: decide_receive(view, ask, body, ""),
        **CUSTODY,
        ReverseMovement: decide_reversal,
        Enter: decide_enter,
        Authorise: decide_authorise,
        Withdraw: decide_withdraw,
        Recall: decide_recall,
        Settle: decide_settle,
        FailCard: decide_fail_card,
        VoidCard: decide_void,
        FileReport: decide_report,
        Unlock: decide_unlock,
        AbsorbCommit: decide_absorb,
        **CARDS,
        OpenBalance: decide_opening,
        DeclareUse: decide_use,
        Reidentify: decide_reidentify,
        CountDay: decide_count,
        ReturnFound: decide_return_found,
        TakeFound: decide_take_found,
        CloseFound: decide_close_found,
        CloseSuspectBlank: decide_close_suspect,
        **OFFICE_FAMILIES,
        **ALLOTTING,
        DisputeSilent: decide_silent,
        DeclareStationLost: decide_station_lost,
        CountLostSite: decide_lost_site,
        CloseLostStation: decide_close_lost,
        AcceptRelease: decide_release,
        BookVariance: decide_book_variance,
        **QUEUEING,
        NoteWrongCode: decide_wrong_code,
        ReEnrol: decide_re_enrol,
    }


def _station_families(regions: Regions, owner: str) -> Mapping[type[Any], Family]:
    return {
        Found: lambda view, ask, body: decide_founding(view, ask, body, regions),
        TakeFeed: lambda view, ask, body: decide_take(view, ask, body, owner),
        Receive: lambda view, ask, body: decide_receive(view, ask, body, owner),
        GiveBack: lambda view, ask, body: decide_give_back(view, ask, body, owner),
        LoadPrinter: lambda view, ask, body: decide_load(view, ask, body, owner),
        ClosePrinter: lambda view, ask, body: decide_close_printer(view, ask, body, owner),
        StartCard: decide_start,
        NoteStep: decide_note,
        Conclude: decide_conclude,
        ReturnCard: decide_return,
        BurnForCode: decide_burn,
        AddEvidence: lambda view, ask, body: decide_add_evidence(view, ask, body, owner),
        MarkDay: lambda view, ask, body: decide_mark(view, ask, body, owner),
        CloseDay: lambda view, ask, body: decide_close_day(view, ask, body, owner),
        NoteDiffering: lambda view, ask, body: decide_note_differing(view, ask, body, owner),
        RecoverPrinter: lambda view, ask, body: decide_recover(view, ask, body, owner),
        **queueing_here(owner),
        **test_families(owner),
        MoveBook: lambda view, ask, body: decide_move(view, ask, body, owner),
        ArriveBook: lambda view, ask, body: decide_arrive(view, ask, body, owner),
    }


def check_conserved(view: View, events: tuple[Event, ...]) -> None:
    """Replay the movements among these events on the runs they touch.

    Raises:
        NotConserved: a fault of this program, never of the asker.
    """
    moving = [event for event in events if isinstance(event, _MOVING)]
    if not moving or (len(moving) == 1 and _is_one_run(view, moving[0])):
        return
    steps = list(map(_as_step, moving))
    runs = {(run.series, run.lo): run for one in steps for run in view.overlapping(one.series, one.lo, one.hi)}
    replay(list(runs.values()), steps)


def _is_one_run(view: View, event: TakenIn | Moved | GivenOut) -> bool:
    """Whether these blanks lie in one run where they are moved from: one such movement keeps every number."""
    if isinstance(event, TakenIn):
        return False
    run = view.covering(event.series, event.lo)
    held = run is not None and event.lo <= event.hi <= run.hi
    return held and run is not None and run.party == event.party and run.bucket is event.bucket


def _as_step(event: TakenIn | Moved | GivenOut) -> Step:
    place = (event.party, event.bucket)
    if isinstance(event, TakenIn):
        return Step(event.series, event.lo, event.hi, None, place, event.blank_class, event.assumed)
    if isinstance(event, GivenOut):
        return Step(event.series, event.lo, event.hi, place, None)
    return Step(event.series, event.lo, event.hi, place, (event.to_party, event.to_bucket))

"""The asks of queue and counter (permintaan antrean dan loket): who decides each, at hub or station; their names."""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.flow.ask import Ask
from ektp_core.flow.counter_taking import TakePapers, decide_take_papers
from ektp_core.flow.events import Event
from ektp_core.flow.lifting import LiftRecord
from ektp_core.flow.proposals import AnswerProposal, Propose, decide_answer, decide_propose
from ektp_core.flow.queueing_batch import PrintBatch, decide_print_batch
from ektp_core.flow.queueing_here import CancelCard, PausePrinter, decide_cancel, decide_lift_here, decide_pause
from ektp_core.flow.view import View

Family = Callable[[View, Ask, Any], tuple[Event, ...]]

FAMILIES: Mapping[type[Any], Family] = {
    PrintBatch: decide_print_batch,
    Propose: decide_propose,
    AnswerProposal: decide_answer,
    TakePapers: decide_take_papers,
}


def station_families(owner: str) -> Mapping[type[Any], Family]:
    """What people may ask of a station about its queue."""
    return {
        LiftRecord: decide_lift_here,
        CancelCard: decide_cancel,
        PausePrinter: lambda view, ask, body: decide_pause(view, ask, body, owner),
    }


#: `Propose` is sent as a list with NIKs, which the door of the hub turns into it (`ektp_core.wire.proposals`).
KINDS: Mapping[str, type[Any]] = {
    "print-batch": PrintBatch,
    "answer-proposal": AnswerProposal,
    "take-papers": TakePapers,
    "cancel-card": CancelCard,
    "pause-printer": PausePrinter,
}

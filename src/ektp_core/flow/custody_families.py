"""The asks of custody (permintaan penatausahaan): who decides each at the hub, and their names on the wire."""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.flow.ask import Ask
from ektp_core.flow.destroying import (
    Destroy,
    HoldForInquiry,
    LiftInquiry,
    decide_destroy,
    decide_hold_for_inquiry,
    decide_lift_inquiry,
)
from ektp_core.flow.events import Event
from ektp_core.flow.lending import AgreeLoan, ForgiveLoan, decide_agree_loan, decide_forgive_loan
from ektp_core.flow.old_cards import TakeOldCard, decide_old_card
from ektp_core.flow.sending import ReturnLoan, Send, decide_return_loan, decide_send
from ektp_core.flow.taking_back import GiveBack, TakeBack, decide_take_back
from ektp_core.flow.view import View

FAMILIES: Mapping[type[Any], Callable[[View, Ask, Any], tuple[Event, ...]]] = {
    Send: decide_send,
    TakeBack: decide_take_back,
    AgreeLoan: decide_agree_loan,
    ReturnLoan: decide_return_loan,
    ForgiveLoan: decide_forgive_loan,
    HoldForInquiry: decide_hold_for_inquiry,
    LiftInquiry: decide_lift_inquiry,
    Destroy: decide_destroy,
    TakeOldCard: decide_old_card,
}

KINDS: Mapping[str, type[Any]] = {
    "send": Send,
    "give-back": GiveBack,
    "take-back": TakeBack,
    "agree-loan": AgreeLoan,
    "return-loan": ReturnLoan,
    "forgive-loan": ForgiveLoan,
    "hold-for-inquiry": HoldForInquiry,
    "lift-inquiry": LiftInquiry,
    "destroy": Destroy,
}

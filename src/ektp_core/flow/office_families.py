"""Asks of an office's life beside its cards, and who decides them (permintaan kantor); the hub's book only."""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.flow.ask import Ask
from ektp_core.flow.complaints import AnswerComplaint, Complain, decide_answer, decide_complain
from ektp_core.flow.daily import FileDaily, decide_daily
from ektp_core.flow.events import Event
from ektp_core.flow.periods import ClosePeriod, decide_close
from ektp_core.flow.suket import RegisterSuket, WithdrawSuket, decide_suket, decide_withdraw_suket
from ektp_core.flow.view import View

OFFICE_FAMILIES: Mapping[type[Any], Callable[[View, Ask, Any], tuple[Event, ...]]] = {
    ClosePeriod: decide_close,
    FileDaily: decide_daily,
    RegisterSuket: decide_suket,
    WithdrawSuket: decide_withdraw_suket,
    Complain: decide_complain,
    AnswerComplaint: decide_answer,
}

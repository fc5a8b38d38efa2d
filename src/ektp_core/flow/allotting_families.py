"""The asks of allotment (permintaan penjatahan): who decides each at the hub, and their names on the wire."""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.flow.allotment_policies import SetAllotmentPolicy, decide_allotment_policy
from ektp_core.flow.allotting import (
    RegisterPrinters,
    RequestBlanks,
    SetCapacity,
    WithdrawRequest,
    decide_capacity,
    decide_printers,
    decide_request,
    decide_withdraw_request,
)
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.lifting import LiftRecord, decide_lift
from ektp_core.flow.view import View

FAMILIES: Mapping[type[Any], Callable[[View, Ask, Any], tuple[Event, ...]]] = {
    RequestBlanks: decide_request,
    WithdrawRequest: decide_withdraw_request,
    SetAllotmentPolicy: decide_allotment_policy,
    RegisterPrinters: decide_printers,
    SetCapacity: decide_capacity,
    LiftRecord: decide_lift,
}

KINDS: Mapping[str, type[Any]] = {
    "request-blanks": RequestBlanks,
    "withdraw-request": WithdrawRequest,
    "set-allotment-policy": SetAllotmentPolicy,
    "register-printers": RegisterPrinters,
    "set-capacity": SetCapacity,
    "lift-record": LiftRecord,
}

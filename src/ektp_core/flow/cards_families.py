"""The asks about cards and who decides them (permintaan tentang kartu), and their names on the wire."""

from collections.abc import Callable, Mapping
from typing import Any

from ektp_core.flow.activating import Activate, SetCardPolicy, decide_activate, decide_card_policy
from ektp_core.flow.ask import Ask
from ektp_core.flow.events import Event
from ektp_core.flow.handing_over import DeclareCardMissing, HandOver, decide_hand_over, decide_missing
from ektp_core.flow.holds import LiftHold, PlaceHold, decide_lift_hold, decide_place_hold
from ektp_core.flow.imported import (
    Adjudicate,
    CardSeen,
    EnterLocked,
    OpenImported,
    decide_adjudicate,
    decide_card_seen,
    decide_enter_locked,
    decide_open_imported,
)
from ektp_core.flow.listing import (
    BringBack,
    MakeBatch,
    OpenBatch,
    SendOut,
    decide_bring_back,
    decide_make_batch,
    decide_open_batch,
    decide_send_out,
)
from ektp_core.flow.rechecking import Recheck, decide_recheck
from ektp_core.flow.view import View

CARDS: Mapping[type[Any], Callable[[View, Ask, Any], tuple[Event, ...]]] = {
    EnterLocked: decide_enter_locked,
    OpenImported: decide_open_imported,
    CardSeen: decide_card_seen,
    Adjudicate: decide_adjudicate,
    PlaceHold: decide_place_hold,
    LiftHold: decide_lift_hold,
    HandOver: decide_hand_over,
    DeclareCardMissing: decide_missing,
    Activate: decide_activate,
    SetCardPolicy: decide_card_policy,
    MakeBatch: decide_make_batch,
    OpenBatch: decide_open_batch,
    SendOut: decide_send_out,
    BringBack: decide_bring_back,
    Recheck: decide_recheck,
}

#: Names on the wire; an imported life has a form of its own there, since it carries a citizen's data.
CARD_KINDS: Mapping[str, type[Any]] = {
    "open-imported": OpenImported,
    "card-seen": CardSeen,
    "adjudicate": Adjudicate,
    "place-hold": PlaceHold,
    "lift-hold": LiftHold,
    "hand-over": HandOver,
    "declare-card-missing": DeclareCardMissing,
    "activate": Activate,
    "set-card-policy": SetCardPolicy,
    "make-batch": MakeBatch,
    "open-batch": OpenBatch,
    "send-out": SendOut,
    "bring-back": BringBack,
    "recheck": Recheck,
}

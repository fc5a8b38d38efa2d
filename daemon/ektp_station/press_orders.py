"""What a press asks of its book and its printer (pesanan ke pencetak): the attempt, its lock, and one order.

An order carries all that the printer needs for it, from the book alone.
"""

from ektp_core.boundary.card_printer import Can, PrintToken
from ektp_core.flow.rows import Attempt, Lock, Record
from ektp_core.flow.view import View
from ektp_core.vocabulary.state import LockState, PressStep
from ektp_station.acts import Act, Order
from ektp_station.press_state import Drive, Press


def attempt_of(press: Press, view: View) -> Attempt | None:
    """The attempt the press works on."""
    return view.row(Attempt, press.record, press.n) if press.record else None


def is_in_press(press: Press, view: View) -> bool:
    """Whether the book still has this card in the press: people or the hub may have ended it meanwhile."""
    lock = view.row(Lock, press.record)
    return lock is not None and (lock.n, lock.state) == (press.n, LockState.IN_PRESS)


def drive(press: Press, view: View, act: Act) -> Drive:
    """The order for an act on this press's card."""
    record = view.row(Record, press.record)
    attempt = attempt_of(press, view)
    token = PrintToken(press.record, press.n, attempt.tries + 1 if attempt else 1)
    payload = record.payload if record else b""
    chip = b"" if act is Act.LOOK and not _chip_matters(press, attempt) else _chip_content(payload)
    return Drive(press.name, Order(act, token, payload, chip))


def _chip_content(payload: bytes) -> bytes:
    """What is written to the chip here: the digest of the signed record. No secret of the real card is known."""
    return b"EKTP-SPECIMEN\x00" + payload


def _chip_matters(press: Press, attempt: Attempt | None) -> bool:
    """Whether a look has to read what the chip holds, of a printer that can."""
    can_read = press.can is not None and Can.READS_CHIP in press.can.can
    return can_read and attempt is not None and attempt.step is PressStep.INTENT_ENCODE

"""A script carried out on a chip (naskah dijalankan): one command, one answer, no second try.

It knows neither reader nor clock: `transmit` sends a command and gives data and status word,
or raises.
"""

from collections.abc import Callable

from ektp_core.boundary.card_printer import DriverError
from ektp_core.vocabulary.uid import is_uid
from ektp_encoder_pcsc.plan import Step, plan_read, plan_uid, plan_write
from ektp_encoder_pcsc.script import Script
from ektp_encoder_pcsc.seal import SEAL_BYTES, seal, total_of, unseal

Transmit = Callable[[bytes], tuple[bytes, int]]

#: A chip with four bytes that begin so makes up another number each time (ISO 14443-3).
_RANDOM = "08"


def uid_on(script: Script, transmit: Transmit) -> str:
    """The number of the chip, hexadecimal; empty where the script says that there is none.

    Raises:
        DriverError: another answer than the script knows, or no number a chip can have.
    """
    data, says_none = _taken(plan_uid(script), transmit)
    if says_none:
        return ""
    uid = data.hex().upper()
    if not is_uid(uid):
        raise DriverError(f"the chip's number has {len(data)} bytes; 4, 7 or 10 were expected")
    if len(data) == 4 and uid.startswith(_RANDOM):
        raise DriverError("the chip shows a random number in place of its own; the script must read it another way")
    return uid


def read_on(script: Script, transmit: Transmit) -> bytes | None:
    """What the chip holds: empty bytes, whole content, or None for anything between.

    A chip that says that it was never written (`or-empty`) after it gave something that was is half
    written: its later records or files do not exist because the write never came to them.

    Raises:
        DriverError: another answer than the script knows: nothing is known from it.
    """
    head, says_empty = _taken(plan_read(script, SEAL_BYTES), transmit)
    if says_empty:
        return b"" if set(head) <= {script.empty} else None
    if set(head[:SEAL_BYTES]) == {script.empty}:
        return b""
    total = total_of(head)
    if total is None or not SEAL_BYTES < total <= SEAL_BYTES + script.most:
        return None
    whole, says_empty = _taken(plan_read(script, total), transmit)
    if says_empty and set(whole) <= {script.empty}:
        raise DriverError("the chip was written, and then said that it was not")
    return None if says_empty else unseal(whole[:total])


def write_on(script: Script, content: bytes, transmit: Transmit) -> None:
    """Write a content and its seal. Only a reading afterwards tells what the chip holds.

    Raises:
        DriverError: the content has no length this chip takes (nothing was sent), or the chip
            answered otherwise than the script expects (a part may be written).
    """
    if not 1 <= len(content) <= script.most:
        raise DriverError(f"the content has {len(content)} bytes; this chip takes 1 to {script.most}")
    _taken(plan_write(script, seal(content)), transmit)


def _taken(steps: tuple[Step, ...], transmit: Transmit) -> tuple[bytes, bool]:
    """Carry out commands: the data taken, and whether it ended there because one said that there is nothing."""
    found = bytearray()
    for step in steps:
        data, status = transmit(step.apdu)
        if any(one.fits(status) for one in step.empties):
            return bytes(found), True
        if not any(one.fits(status) for one in step.accepts):
            raise DriverError(f"script line {step.line}: the chip answered {status:04X}")
        if step.wants is not None and len(data) != step.wants:
            raise DriverError(f"script line {step.line}: the chip gave {len(data)} bytes, {step.wants} were asked for")
        if step.takes:
            found += data
    return bytes(found), False

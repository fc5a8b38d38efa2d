"""The encoder over a reader made of software: deadlines, swapped cards, chips that forget, libraries that fail."""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import define, field

from ektp_core.boundary.card_printer import CardPrinter, DriverError, DriverLost, DriverTimeout, Station
from ektp_core.boundary.chip_encoder import ChipEncoder, EncoderInfo
from ektp_driving.deadline import Deadline
from ektp_encoder_pcsc import reader as reader_module
from ektp_encoder_pcsc.encoder import PcscEncoder
from ektp_encoder_pcsc.reader import PcscReader, chosen
from ektp_encoder_pcsc.reading import read_script_file
from ektp_encoder_pcsc.worker import Worker
from ektp_station.chip_encoder import WithEncoder
from tests.drivers.pcsc.card_model import CardModel

SCRIPT = read_script_file(str(Path(__file__).parent / "made_up_card.txt"))
PATIENT_MS = 10_000
INFO = EncoderInfo("Field 00 00", Station.CONTACTLESS, SCRIPT.title, SCRIPT.digest)
A, B = "04A1B2C3D4E5F6", "04FFFFFFFFFFFF"


@define(eq=False)
class Field:
    """A reader: a card a session, the last one for ever. Every command passes `before`."""

    cards: list[CardModel | None]
    before: Callable[[int], None] = lambda _: None
    sent: int = 0
    opened: int = 0
    closed: int = 0
    cancelled: Event = field(factory=Event)

    def find(self) -> str:
        return "Field 00 00"

    def open(self, deadline: Deadline) -> "Session | None":
        card = self.cards.pop(0) if len(self.cards) > 1 else self.cards[0]
        if card is None:
            return None
        self.opened += 1
        card.power_on()
        return Session(self, card)

    def cancel(self) -> None:
        self.cancelled.set()


@define(eq=False)
class Session:
    reader: Field
    card: CardModel

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        self.reader.before(self.reader.sent)
        self.reader.sent += 1
        answer = self.card.apdu(apdu)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def close(self) -> None:
        self.reader.closed += 1


def test_a_chip_is_written_reset_and_read_back() -> None:
    card = CardModel()
    place = Field([card])
    encoder = PcscEncoder(place, SCRIPT)
    assert isinstance(encoder, ChipEncoder)
    uid = card.uid.hex().upper()
    assert encoder.read(uid, PATIENT_MS) == b""
    assert encoder.encode(b"content", uid, PATIENT_MS) == b"content"
    assert encoder.read(uid, PATIENT_MS) == b"content"
    assert encoder.uid(PATIENT_MS) == card.uid.hex().upper()
    assert place.opened == place.closed == 5, "written and read back in two sessions"
    info = encoder.connect(PATIENT_MS)
    assert (info.reader, info.script, info.script_digest) == ("Field 00 00", "made-up card 1", SCRIPT.digest)


def test_no_readable_chip_has_an_empty_number_and_nothing_else() -> None:
    encoder = PcscEncoder(Field([None]), SCRIPT)
    assert encoder.uid(PATIENT_MS) == ""
    with pytest.raises(DriverError, match="no chip can be read"):
        encoder.read(A, PATIENT_MS)
    with pytest.raises(DriverError, match="no chip can be read"):
        encoder.encode(b"content", A, PATIENT_MS)


def test_another_card_after_the_writing_is_told_and_its_content_is_not() -> None:
    other = CardModel(uid=bytes.fromhex(B))
    encoder = PcscEncoder(Field([CardModel(), other]), SCRIPT)
    with pytest.raises(DriverError, match="another card"):
        encoder.encode(b"content", A, PATIENT_MS)


@pytest.mark.rule(7)
def test_a_card_swapped_between_the_reading_of_its_number_and_the_writing_stays_untouched() -> None:
    first, second = CardModel(), CardModel(uid=bytes.fromhex(B))
    place = Field([first, first, second])
    device = WithEncoder(cast(CardPrinter, SimpleNamespace()), encoder := PcscEncoder(place, SCRIPT), INFO)
    assert encoder.uid(PATIENT_MS) == device.read_uid(PATIENT_MS) == A
    with pytest.raises(DriverError, match="another card"):
        device.encode(b"X" * 32, PATIENT_MS)
    assert place.opened == 3, "it is compared where it is written, in one session"
    with pytest.raises(DriverError, match="another card"):
        device.read_chip(PATIENT_MS)
    assert not first.writes and not second.writes and not any(second.memory)
    assert place.opened == place.closed


@pytest.mark.rule(7)
@pytest.mark.parametrize("uid", ["", B])
def test_without_its_number_no_chip_is_written_or_read(uid: str) -> None:
    card = CardModel()
    encoder = PcscEncoder(Field([card]), SCRIPT)
    with pytest.raises(DriverError):
        encoder.encode(b"content", uid, PATIENT_MS)
    with pytest.raises(DriverError):
        encoder.read(uid, PATIENT_MS)
    assert not card.writes


def test_a_chip_that_forgets_a_part_is_an_error_and_one_that_forgets_all_is_empty() -> None:
    half = CardModel(strike=("forgets", 3, 0))
    with pytest.raises(DriverError, match="does not hold all"):
        PcscEncoder(Field([half]), SCRIPT).encode(b"A" * 100, A, PATIENT_MS)
    none = CardModel(strike=("forgets", 2, 0))
    assert PcscEncoder(Field([none]), SCRIPT).encode(b"A", A, PATIENT_MS) == b""


def test_every_session_is_closed_also_when_the_chip_declines() -> None:
    place = Field([CardModel(strike=("status", 2, 0x6985))])
    with pytest.raises(DriverError, match="line 11: the chip answered 6985"):
        PcscEncoder(place, SCRIPT).encode(b"A", A, PATIENT_MS)
    assert (place.opened, place.closed, place.sent) == (1, 1, 3)


def test_after_the_deadline_no_other_command_is_sent() -> None:
    held, began = Event(), Event()

    def before(at: int) -> None:
        if at == 2:
            began.set()
            assert held.wait(30)

    place = Field([CardModel()], before)
    encoder = PcscEncoder(place, SCRIPT)
    with pytest.raises(DriverTimeout):
        encoder.encode(b"A" * 200, A, 300)
    assert began.is_set() and place.cancelled.wait(30)
    with pytest.raises(DriverLost, match="did not come back"):
        encoder.uid(PATIENT_MS)
    thread = encoder._worker._hanging
    held.set()
    assert thread is not None
    thread.join(30)
    assert place.sent == 3 and place.closed == 1, "the command that hung ended, and none followed"
    place.before = lambda _: None
    assert encoder.read(A, PATIENT_MS) is None, "the seal stands and its content does not"


def test_a_fault_of_the_library_is_an_error_of_the_driver_without_its_words() -> None:
    def before(_: int) -> None:
        raise ValueError("SECRET")

    encoder = PcscEncoder(Field([CardModel()], before), SCRIPT)
    with pytest.raises(DriverError, match="ValueError") as failed:
        encoder.uid(PATIENT_MS)
    assert "SECRET" not in str(failed.value)


def test_a_closed_encoder_does_nothing() -> None:
    encoder = PcscEncoder(Field([CardModel()]), SCRIPT)
    encoder.close()
    with pytest.raises(DriverLost):
        encoder.uid(PATIENT_MS)


def test_work_that_is_late_may_send_nothing_more_once_its_caller_was_told() -> None:
    told, ended, said = Event(), Event(), list[str]()

    def work(deadline: Deadline) -> None:
        deadline.check()
        told.wait(60)
        try:
            deadline.check()
        except DriverTimeout as error:
            said.append(str(error))
        ended.set()

    worker = Worker(lambda: None)
    with pytest.raises(DriverTimeout, match="within 50 ms"):
        worker.do(work, 50)
    told.set()
    assert ended.wait(60)
    assert said == ["the chip reader was not done within 50 ms"]


TWO = ["ACME Desk Reader [CL] (007) 00 00", "ACME Desk Reader [CL] (007) 01 00", "Other Reader 02 00"]


def test_a_reader_is_chosen_by_its_full_name_or_by_the_name_only_one_has() -> None:
    assert chosen(TWO[1], TWO) == TWO[1]
    assert chosen("Other Reader", TWO) == TWO[2]
    assert chosen("Other Reader", ["Other Reader 0"]) == "Other Reader 0", "as Windows numbers them"


def test_a_name_that_two_readers_have_is_never_guessed() -> None:
    with pytest.raises(DriverError, match="2 readers are called"):
        chosen("ACME Desk Reader [CL] (007)", TWO)


@pytest.mark.parametrize("address", ["ACME", "Other", "other reader", ".*", "", "Other Reader 03 00", "Other Reader 02"])
def test_a_part_of_a_name_or_a_pattern_chooses_nothing(address: str) -> None:
    with pytest.raises(DriverLost, match="no chip reader is called"):
        chosen(address, TWO)


def test_a_missing_library_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(DriverError, match=r"install ektp\[chip\]"):
        PcscReader("Other Reader")


CODES: dict[str, int] = {"SCARD_S_SUCCESS": 0}
for _number, _name in enumerate((*reader_module._LOST, *reader_module._TOLD, *reader_module._LATE, *reader_module._NO_CHIP)):
    CODES.setdefault(_name, 0x80100001 + _number)


@pytest.mark.parametrize("name", [*CODES, "unknown"])
@pytest.mark.parametrize("is_signed", [False, True])
def test_every_answer_of_the_service_has_its_meaning_signed_or_not(name: str, is_signed: bool) -> None:
    code = CODES.get(name, 0x8010FFFF)
    scard = cast(Any, SimpleNamespace(**CODES))
    given = code - (1 << 32) if is_signed and code else code
    if name == "SCARD_S_SUCCESS":
        reader_module._must(scard, given)
        return
    with pytest.raises(DriverError) as failed:
        reader_module._must(scard, given)
    kind = DriverLost if name in reader_module._LOST else DriverTimeout if name in reader_module._LATE else DriverError
    assert type(failed.value) is kind
    assert "SCARD" not in str(failed.value) or name in reader_module._NO_CHIP
    assert name != "unknown" or "8010FFFF" in str(failed.value)

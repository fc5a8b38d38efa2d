"""A script carried out on a card of our own: half is never whole, whatever is pulled, refused or torn."""

from pathlib import Path

import pytest
from attrs import define, evolve, field
from hypothesis import example, given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError
from ektp_encoder_pcsc.plan import plan_read, plan_write
from ektp_encoder_pcsc.reading import read_script
from ektp_encoder_pcsc.running import Transmit, read_on, uid_on, write_on
from ektp_encoder_pcsc.script import Script
from ektp_encoder_pcsc.seal import SEAL_BYTES, seal, total_of, unseal
from tests.drivers.pcsc.card_model import CardModel, Pulled

TEXT = (Path(__file__).parent / "made_up_card.txt").read_text()
SCRIPT = read_script(TEXT.encode())
CONTENT = st.binary(min_size=1, max_size=SCRIPT.most)
SHORT = st.binary(min_size=1, max_size=200)


#: Each record exists only once it was written, as in the linear files of ISO 7816-4.
RECORDS = read_script(
    b"""ektp-chip-script 1
card records
version 1
station contactless
most 200
empty 00

[write]
each 16 index 1
00 E2 00 00 {count} {block} -> 9000
end

[read-back]
each 16 index 1
00 B2 {index} 04 {count} -> 9000 or-empty 6A83 take
end
"""
)
#: The seal in one file, the content in a second one that is made by the first write into it.
TWO_FILES = read_script(
    TEXT.replace("each 48\n00 D6", "00 D6 00 00 27 {content:0:39} -> 9000\n00 A4 00 0C 02 E1 02 -> 9000\neach 48\n00 D6")
    .replace("each 48\n00 B0", "00 B0 00 00 27 -> 9000 take\n00 A4 00 0C 02 E1 02 -> 9000 or-empty 6A82\neach 48\n00 B0")
    .encode()
)


@define
class Records:
    """A card of records; the power goes when `left` commands are done."""

    left: int
    written: list[bytes] = field(factory=list)

    def __call__(self, sent: bytes) -> tuple[bytes, int]:
        if self.left == 0:
            raise DriverError("the card left the reader")
        self.left -= 1
        if sent[1] == 0xE2:
            self.written.append(sent[5:])
            return b"", 0x9000
        at = sent[2] - 1
        return (self.written[at][: sent[4]], 0x9000) if at < len(self.written) else (b"", 0x6A83)


@define
class TwoFiles:
    """A card whose second file is there as soon as something was written to it."""

    left: int
    files: dict[bytes, bytearray] = field(factory=lambda: {b"\xe1\x01": bytearray(39)})
    at: bytes = b""
    is_writing: bool = True

    def __call__(self, sent: bytes) -> tuple[bytes, int]:
        if self.left == 0:
            raise DriverError("the card left the reader")
        self.left -= 1
        if sent[1] == 0xA4:
            self.at = sent[5:7]
            return b"", 0x9000 if self.is_writing or self.at in self.files else 0x6A82
        file = self.files.setdefault(self.at, bytearray())
        offset = (sent[2] << 8 | sent[3]) - (0 if self.at == b"\xe1\x01" else SEAL_BYTES)
        if sent[1] == 0xB0:
            return bytes(file[offset : offset + sent[4]]).ljust(sent[4], b"\0"), 0x9000
        file[offset : offset + len(sent) - 5] = sent[5:]
        return b"", 0x9000


def of_size(block: int, pad: bool = False) -> Script:
    loop = f"each {block} pad" if pad else f"each {block}"
    return read_script(TEXT.replace("each 48", loop).encode())


def line_to(card: CardModel) -> Transmit:
    def transmit(apdu: bytes) -> tuple[bytes, int]:
        try:
            answer = card.apdu(apdu)
        except Pulled:
            raise DriverError("the card left the reader") from None
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    return transmit


def holds(script: Script, card: CardModel) -> bytes | None:
    """What the card holds, read after it was put in again."""
    card.strike = None
    card.power_on()
    return read_on(script, line_to(card))


@given(CONTENT, st.integers(1, 255), st.booleans())
def test_what_was_written_whole_is_read_whole(content: bytes, block: int, pad: bool) -> None:
    script, card = of_size(block, pad), CardModel()
    write_on(script, content, line_to(card))
    assert holds(script, card) == content


@given(SHORT, st.binary(max_size=200), st.integers(1, 60), st.integers(0, 60), st.integers(0, 255))
@example(b"new", b"", 48, 1, 0)
@example(b"new", b"", 48, 1, 0b1000)  # a bit of the seal stands, its first bytes do not
def test_a_write_that_was_cut_reads_as_whole_only_where_all_of_it_stands(
    content: bytes, before: bytes, block: int, at: int, torn: int
) -> None:
    script, card = of_size(block), CardModel()
    if before:
        write_on(script, before, line_to(card))
    card.seen, card.strike = 0, ("pull", at, torn)
    try:
        write_on(script, content, line_to(card))
        ended = True
    except DriverError:
        ended = False
    found = holds(script, card)
    if ended:
        assert found == content
    stands = bytes(card.memory[: SEAL_BYTES + len(content)]) == seal(content)
    kept = bool(before) and bytes(card.memory[: SEAL_BYTES + len(before)]) == seal(before)
    if found == b"":
        assert not any(card.memory[:SEAL_BYTES])
        assert not before, "what was written once never reads as empty"
    elif found is not None:
        assert (found == content and stands) or (found == before and kept)


@given(SHORT, st.integers(0, 40), st.sampled_from([0x6985, 0x6300, 0x63C1, 0x6581, 0x6A84, 0x6F00, 0x9001]), st.booleans())
def test_an_answer_the_script_does_not_know_stops_it_there(content: bytes, at: int, status: int, acts: bool) -> None:
    card = CardModel(strike=("written status" if acts else "status", at, status))
    steps = len(plan_write(SCRIPT, seal(content)))
    if at >= steps:
        write_on(SCRIPT, content, line_to(card))
        return
    with pytest.raises(DriverError, match=f"answered {status:04X}"):
        write_on(SCRIPT, content, line_to(card))
    assert card.seen == at + 1, "nothing is sent after it, and nothing twice"
    assert holds(SCRIPT, card) in {content, None, b""}


@given(st.binary(min_size=1, max_size=200), st.integers(0, 16))
@example(b"A" * 60, 2)
def test_records_that_do_not_exist_yet_are_no_sign_of_an_empty_chip(content: bytes, left: int) -> None:
    card = Records(left)
    try:
        write_on(RECORDS, content, card)
        ended = True
    except DriverError:
        ended = False
    card.left = 1_000
    found = read_on(RECORDS, card)
    assert found == (content if ended else None if card.written else b"")


@given(st.binary(min_size=1, max_size=200), st.integers(0, 12))
@example(b"B" * 50, 3)
def test_a_second_file_that_is_not_there_is_no_sign_of_an_empty_chip(content: bytes, left: int) -> None:
    card = TwoFiles(left)
    try:
        write_on(TWO_FILES, content, card)
        ended = True
    except DriverError:
        ended = False
    card.left, card.is_writing = 1_000, False
    sealed = any(card.files[b"\xe1\x01"])
    assert read_on(TWO_FILES, card) == (content if ended else None if sealed else b"")


def test_a_chip_that_was_whole_a_moment_ago_and_now_says_nothing_at_all_is_not_judged() -> None:
    card = CardModel()
    write_on(SCRIPT, b"content", line_to(card))
    card.power_on()
    card.seen, card.strike = 0, ("status", len(plan_read(SCRIPT, SEAL_BYTES)), 0x6A82)
    with pytest.raises(DriverError, match="said that it was not"):
        read_on(SCRIPT, line_to(card))


@given(st.binary(min_size=60, max_size=300), st.integers(1, 6))
def test_a_chip_that_forgets_a_block_is_not_whole(content: bytes, at: int) -> None:
    script, card = of_size(16), CardModel(strike=("forgets", at, 0))
    write_on(script, content, line_to(card))
    found = holds(script, card)
    assert found is None or (found == content and bytes(card.memory[: len(seal(content))]) == seal(content))


@given(SHORT, st.integers(0, 12), st.sampled_from([("short", 0), ("status", 0x6982), ("pull", 0)]))
def test_a_reading_without_a_sure_answer_raises_and_never_says_no_good(
    content: bytes, at: int, strike: tuple[str, int]
) -> None:
    card = CardModel()
    write_on(SCRIPT, content, line_to(card))
    card.power_on()
    card.seen, card.strike = 0, (strike[0], at, strike[1])
    try:
        assert read_on(SCRIPT, line_to(card)) == content
    except DriverError:
        assert card.seen == at + 1


@given(st.binary(max_size=900))
def test_whatever_stands_on_a_chip_only_a_seal_that_fits_is_whole(memory: bytes) -> None:
    card = CardModel(memory=bytearray(memory.ljust(900, b"\0")))
    found = holds(SCRIPT, card)
    if found == b"":
        assert not any(card.memory[:SEAL_BYTES])
    elif found is not None:
        assert bytes(card.memory[: SEAL_BYTES + len(found)]) == seal(found)


@given(st.lists(st.tuples(st.binary(max_size=60), st.sampled_from([0x9000, 0x6A82, 0x6300, 0x6985, 0])), max_size=12))
def test_whatever_a_chip_answers_nothing_is_whole_without_its_seal(answers: list[tuple[bytes, int]]) -> None:
    heard: list[bytes] = []

    def transmit(_: bytes) -> tuple[bytes, int]:
        data, status = answers[len(heard)] if len(heard) < len(answers) else (b"", 0x6F00)
        heard.append(data)
        return data, status

    try:
        found = read_on(SCRIPT, transmit)
    except DriverError:
        return
    assert found in {b"", None} or seal(found or b"") in b"".join(heard)
    try:
        uid = uid_on(SCRIPT, transmit)
    except DriverError:
        return
    assert len(uid) in {0, 8, 14, 20}


@given(st.binary(max_size=300))
def test_a_seal_knows_its_content_and_nothing_else(content: bytes) -> None:
    sealed = seal(content)
    assert total_of(sealed) == len(sealed)
    assert unseal(sealed) == (content or None)
    assert unseal(sealed + b"x") is None
    for at in range(len(sealed)):
        assert unseal(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]) is None


@given(CONTENT, st.integers(1, 255), st.booleans())
def test_every_byte_is_sent_once_and_in_order(content: bytes, block: int, pad: bool) -> None:
    script = of_size(block, pad)
    sent = [one.apdu for one in plan_write(script, seal(content)) if one.apdu[1] == 0xD6]
    assert b"".join(one[5:] for one in sent)[: len(seal(content))] == seal(content)
    assert [one[2] << 8 | one[3] for one in sent] == list(range(0, len(seal(content)), block))
    assert all(one[4] == len(one) - 5 for one in sent)


def test_the_commands_of_a_short_content_are_these() -> None:
    shown = [one.apdu.hex(" ") for one in plan_write(SCRIPT, seal(b"A" * 20))]
    assert shown[0] == "00 a4 00 0c 02 e1 01"
    assert shown[1].startswith("00 d6 00 00 30 45 4b 01 00 00 00 14")
    assert shown[2] == "00 d6 00 30 0b " + " ".join(["41"] * 11)
    assert [one.apdu.hex() for one in plan_read(SCRIPT, 59)] == ["00a4000c02e101", "00b0000030", "00b000300b"]


def test_a_chip_that_counts_blocks_gets_their_numbers_and_whole_blocks() -> None:
    text = TEXT.replace("each 48", "each 4 index 4 pad").replace("{offset:2}", "00 {index}").replace("most 800", "most 100")
    script = read_script(text.encode())
    sent = [one.apdu for one in plan_write(script, seal(b"AB")) if one.apdu[1] == 0xD6]
    assert [one[3] for one in sent] == list(range(4, 15))
    assert sent[-1] == b"\x00\xd6\x00\x0e\x04B\x00\x00\x00"


def test_a_chip_without_the_file_is_empty_and_one_that_was_never_written_too() -> None:
    assert holds(SCRIPT, CardModel(has_file=False)) == b""
    assert holds(SCRIPT, CardModel()) == b""


def test_a_length_no_card_of_this_kind_takes_is_refused_before_anything_is_sent() -> None:
    for content in (b"", bytes(SCRIPT.most + 1)):
        card = CardModel()
        with pytest.raises(DriverError, match="takes 1 to 800"):
            write_on(SCRIPT, content, line_to(card))
        assert card.seen == 0


def test_a_seal_that_claims_more_than_the_chip_takes_is_no_good_and_is_not_followed() -> None:
    card = CardModel()
    card.memory[:7] = b"EK\x01\xff\xff\xff\xff"
    assert holds(SCRIPT, card) is None
    assert card.seen < 4


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("uid", "expected"),
    [("04A1B2C3D4E5F6", "04A1B2C3D4E5F6"), ("DEADBEEF", "DEADBEEF"), ("01" * 10, "01" * 10), ("", "")],
)
def test_the_number_of_the_chip_is_read(uid: str, expected: str) -> None:
    assert uid_on(SCRIPT, line_to(CardModel(uid=bytes.fromhex(uid)))) == expected


@pytest.mark.rule(6)
@pytest.mark.parametrize("uid", ["08112233", "0102", "01" * 11])
def test_a_number_that_would_not_stay_is_refused(uid: str) -> None:
    with pytest.raises(DriverError):
        uid_on(SCRIPT, line_to(CardModel(uid=bytes.fromhex(uid))))


def test_no_error_and_no_printed_value_quotes_the_content_or_the_script() -> None:
    content = b"NIK-OF-NOBODY"
    with pytest.raises(DriverError) as failed:
        write_on(SCRIPT, content, line_to(CardModel(strike=("status", 1, 0x6985))))
    steps = plan_write(SCRIPT, seal(content))
    said = f"{failed.value} {steps!r} {SCRIPT!r} {evolve(SCRIPT, version='2')!r}"
    assert content.decode() not in said and content.hex() not in said.lower()
    assert "e101" not in said.lower().replace(" ", "") and r"\xe1" not in said

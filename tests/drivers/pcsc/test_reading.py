"""A script is taken whole or refused by its line, and what is refused is never quoted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import DriverError, Station
from ektp_encoder_pcsc.plan import plan_uid, plan_write
from ektp_encoder_pcsc.reading import LIMIT_BYTES, LIMIT_LINES, read_script, read_script_file
from ektp_encoder_pcsc.script import Each, ScriptRefused
from ektp_encoder_pcsc.seal import SEAL_BYTES, seal

FILE = Path(__file__).parent / "made_up_card.txt"
TEXT = FILE.read_text()
LINES = TEXT.splitlines()


def refused(text: str) -> str:
    with pytest.raises(ScriptRefused) as failed:
        read_script(text.encode())
    return str(failed.value)


def replaced(number: int, line: str) -> str:
    return "\n".join([*LINES[: number - 1], line, *LINES[number:]])


def test_a_script_says_what_it_is() -> None:
    script = read_script_file(str(FILE))
    assert (script.title, script.station, script.most, script.empty) == ("made-up card 1", Station.CONTACTLESS, 800, 0)
    assert len(script.digest) == 64
    assert [one.apdu.hex() for one in plan_uid(script)] == ["ffca000000"]
    loop = script.write[1]
    assert isinstance(loop, Each) and (loop.size, loop.index, loop.pads) == (48, 0, False)


def test_the_example_of_the_page_is_the_script_these_tests_use() -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "write-the-chip.md").read_text()
    assert f"```text\n{TEXT}```" in page


def test_the_digest_is_that_of_the_file_as_it_is() -> None:
    assert read_script(TEXT.encode()).digest != read_script((TEXT + "# seen\n").encode()).digest


def test_line_ends_of_windows_and_remarks_change_nothing_else() -> None:
    script = read_script(("\r\n".join(f"{line}  # remark" for line in LINES)).encode())
    assert script.write == read_script(TEXT.encode()).write


@pytest.mark.parametrize(
    ("number", "line", "why"),
    [
        (1, "ektp-chip-script 2", "the first line must be"),
        (2, "name x", "before the sections only"),
        (2, "", "card is not said"),
        (2, "card", "card needs 1 to 60 plain signs"),
        (3, "card again", "card stands twice"),
        (4, "station head", "station is contactless or contact"),
        (5, "most 0", "most is 1 to"),
        (5, "most 9999", "most is 1 to"),
        (5, "most many", "most is 1 to"),
        (6, "empty 0", "empty is one byte"),
        (6, "empty 45", "not the first of a seal"),
        (8, "[erase]", "a section is one of"),
        (13, "[write]", "this section stands twice"),
        (9, "00 A4 00 0C 02 E1 01", "a command needs ->"),
        (9, "00 A4 00 0C 02 E1 01 ->", "at least one status word"),
        (9, "00 A4 00 0C 02 E1 01 -> X000", "a status word is four"),
        (9, "00 A4 00 0C 02 E1 01 -> 90", "a status word is four"),
        (9, "00 A4 00 0C 03 E1 01 -> 9000", "not the length of its data"),
        (9, "00 A4 00 -> 9000", "a command has 4 to 261 bytes"),
        (9, "-> 9000", "begins with its class byte"),
        (9, "{length} A4 00 0C -> 9000", "begins with its class byte"),
        (9, "00 A4 0G 0C -> 9000", "pairs of hexadecimal digits"),
        (9, "00 A4 {pin} 0C -> 9000", "this hole does not exist"),
        (9, "00 A4 {offset:2} -> 9000", "this hole does not exist"),
        (9, "00 A4 {length:5} -> 9000", "1 to 4 bytes wide"),
        (9, "00 D6 00 00 01 {content:5:1} -> 9000", "from its beginning"),
        (9, "00 D6 00 00 29 {content:0:41} -> 9000", "only its seal is always there"),
        (9, "00 A4 00 0C {content:0} -> 9000", "by its offset and its length"),
        (9, "00 A4 00 0C -> 9000 take", "a write takes no answer"),
        (9, "00 A4 00 0C -> 9000 or-empty 6A82", "a write takes no answer"),
        (10, "each 0", "a loop begins with"),
        (10, "each 48 padded", "a loop begins with"),
        (11, "each 4", "each may not stand here"),
        (11, "", "nothing stands between"),
        (11, "00 A4 00 0C -> 9000", "bears the block"),
        (11, "00 D6 {offset:1} 00 {count} {block} -> 9000", "does not fit into its hole"),
        (11, "00 D6 {offset:2} 30 {block} -> 9000", "not the length of its data"),
        (11, "00 D6 {offset:2} {count} {block:2} -> 9000", "too many numbers"),
        (12, "00 D6 {offset:2} {count} {block} -> 9000", "bears the block, not two"),
        (12, "", "each without end"),
        (10, "", "this hole does not exist"),
        (14, "end", "end without each"),
        (17, "00 B0 {offset:2} {count} -> 9000", "takes the answer"),
        (17, "00 B0 {offset:2} {count} {block} -> 9000 take", "this hole does not exist"),
        (18, "", "each without end"),
        (18, "end\n[read-uid]\nFF CA 00 00 00 -> 9000", "one line of read-uid takes the number"),
        (18, "end\n[read-uid]\neach 4", "each may not stand here"),
        (18, "end\nend", "end without each"),
        (3, "version \u00e9", "not ASCII"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_is_named_with_its_reason(number: int, line: str, why: str) -> None:
    said = refused(replaced(number, line))
    assert why in said
    assert said.startswith("script line ")


def test_the_line_is_counted_as_an_editor_counts_it() -> None:
    assert refused("# one\n\n" + replaced(9, "00 A4 zz -> 9000")).startswith("script line 11: ")
    assert refused("").startswith("script line 1: ")


def test_a_section_that_is_missing_or_empty_is_named() -> None:
    assert "read-back is missing" in refused("\n".join(LINES[:13]))
    assert "read-back is missing" in refused("\n".join(LINES[:14]))
    assert "write is missing" in refused("\n".join(LINES[:7] + LINES[13:]))


def test_a_script_that_would_write_only_a_part_is_refused() -> None:
    fixed = replaced(10, "").replace("end\n\n[read-back]", "\n[read-back]").replace(LINES[10], "")
    said = refused(fixed.replace(LINES[8], "00 D6 00 00 27 {content:0:39} -> 9000", 1))
    assert "39 bytes of 40 would be written" in said


def test_seal_and_content_may_lie_in_different_files() -> None:
    write = "00 D6 00 00 27 {content:0:39} -> 9000\n00 A4 00 0C 02 E1 02 -> 9000"
    read = "00 B0 00 00 27 -> 9000 take\n00 A4 00 0C 02 E1 02 -> 9000"
    text = TEXT.replace("each 48\n00 D6", f"{write}\neach 48\n00 D6").replace("each 48\n00 B0", f"{read}\neach 48\n00 B0")
    sent = [one.apdu for one in plan_write(read_script(text.encode()), seal(b"A" * 50))]
    assert [len(one) for one in sent] == [7, 5 + SEAL_BYTES, 7, 5 + 48, 5 + 2]


@pytest.mark.parametrize("data", [b"x" * (LIMIT_BYTES + 1), b"\n" * (LIMIT_LINES + 1), b"\xff"])
def test_what_is_too_long_or_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(ScriptRefused):
        read_script(data)


def test_too_many_commands_for_one_card_are_refused() -> None:
    assert "more than 4096 commands" in refused(TEXT.replace("each 48", "each 1").replace("most 800", "most 8000"))


def test_a_file_that_is_not_there_is_an_error_of_the_driver(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="cannot be read"):
        read_script_file(str(tmp_path / "none"))


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_as_a_script(data: bytes) -> None:
    with pytest.raises(ScriptRefused):
        read_script(data)


@given(st.integers(1, len(LINES)), st.text(alphabet="0123456789ABCDEF {}:abcdeflopnstuw->[]\n#X", max_size=60))
def test_any_line_put_into_a_script_is_taken_or_refused_and_not_quoted(number: int, line: str) -> None:
    secret = "DEADC0DE"
    try:
        script = read_script(replaced(number, f"{line}{secret}").encode())
    except ScriptRefused as failed:
        assert secret not in str(failed)
        return
    for length in (1, 2, script.most):
        assert plan_write(script, seal(bytes(length)))

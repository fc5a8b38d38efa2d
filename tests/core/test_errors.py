"""Refusals: a closed list, masked facts, and an exception like any other."""

import copy
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import EktpError, Refusal, Refused, masked

NIK = "5203054408999001"


@pytest.mark.parametrize("refusal", Refusal, ids=lambda refusal: refusal.name)
def test_every_refusal_says_what_is_wrong_and_what_to_do(refusal: Refusal) -> None:
    """Its code is its name; both texts are sentences; places are plain names."""
    assert refusal.value == refusal.name
    for text in (refusal.what, refusal.remedy):
        assert text == "{allowed}" or (text.endswith(".") and (text[0].isupper() or text[0] == "{"))
        assert re.sub(r"\{[a-z_]+\}", "", text).count("{") == 0


def test_no_two_refusals_share_a_code_or_a_text() -> None:
    """One reason, one entry: otherwise two rules hide behind one word."""
    assert len({refusal.value for refusal in Refusal}) == len(list(Refusal)) == len(Refusal.__members__)
    assert len({refusal.what for refusal in Refusal}) == len(list(Refusal))


def test_what_may_succeed_later_is_marked() -> None:
    """Waiting helps against an empty tray, never against a wrong number."""
    assert Refusal.NO_BLANK.transient and Refusal.NOT_REACHED.transient
    assert not Refusal.BAD_NIK.transient and not Refusal.CHAIN_FORK.transient


def test_a_number_of_sixteen_digits_is_masked_in_every_fact() -> None:
    """In text, inside a sentence, in a tuple; other numbers stay."""
    refused = Refused(Refusal.MALFORMED, {"a": NIK, "b": f"x {NIK}, y", "c": (NIK, "7"), "d": 12, "e": "123456"})
    assert refused.facts == {
        "a": "5203************", "b": "x 5203************, y", "c": ("5203************", "7"), "d": 12, "e": "123456",
    }  # fmt: skip
    assert NIK not in f"{refused} {refused!r} {refused.args}"


WORDS = st.text(max_size=20).filter(lambda text: not any(letter.isdecimal() for letter in text))


@given(WORDS, st.from_regex(r"[0-9]{16}", fullmatch=True), WORDS)
def test_whatever_stands_around_it_the_number_is_masked(before: str, digits: str, after: str) -> None:
    """Letters, signs, line breaks: only the first four digits are left."""
    shown = masked(before + digits + after)
    assert isinstance(shown, str)
    assert digits not in shown and shown == before + digits[:4] + "*" * 12 + after


def test_a_refusal_is_an_exception_of_this_project() -> None:
    """It can be raised from another, caught by family, and given a note."""
    cause = ValueError("x")
    with pytest.raises(EktpError) as caught:
        raise Refused(Refusal.NO_BLANK, {"station": "station/52.03/1"}) from cause
    assert caught.value.__cause__ is cause
    assert str(caught.value) == "NO_BLANK: station=station/52.03/1"
    caught.value.add_note("seen twice")
    assert caught.value.__notes__ == ["seen twice"]


def test_refusals_are_equal_by_rule_and_facts() -> None:
    """Two answers to the same wrong request are the same value."""
    one, same = Refused(Refusal.NO_BLANK, {"station": "a"}), Refused(Refusal.NO_BLANK, {"station": "a"})
    assert one == same and hash(one) == hash(same)
    assert one != Refused(Refusal.NO_BLANK, {"station": "b"}) and one != Refused(Refusal.TOO_FEW, {"station": "a"})
    assert str(Refused(Refusal.BOOK_FULL)) == "BOOK_FULL"


def test_a_refusal_survives_pickling_and_copying() -> None:
    """Worker processes hand it on."""
    refused = Refused(Refusal.NOT_HELD, {"serials": ("PNRI 1-2",), "party": "centre"})
    assert pickle.loads(pickle.dumps(refused)) == refused == copy.copy(refused)  # noqa: S301  # our own bytes


def test_facts_given_later_do_not_change_a_refusal() -> None:
    """It keeps its own copy."""
    facts: dict[str, str | int | tuple[str, ...]] = {"station": "a"}
    refused = Refused(Refusal.NO_BLANK, facts)
    facts["station"] = "b"
    assert refused.facts["station"] == "a"

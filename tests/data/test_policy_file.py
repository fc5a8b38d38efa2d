"""Policies as files: what is misspelt or cannot be is refused with file, line, key and what to write."""

import json
import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.allotment.policy import Policy, ShortageRule, UsedUp, bounds
from ektp_core.errors import Refusal, Refused
from ektp_data.policy_file import LIMIT_BYTES, policy_on, read_policies, shipped_policies, shipped_policy
from ektp_data.policy_keys import policy_keys, policy_schema

NUMBERS = tuple(key.name for key in policy_keys() if key.kind is int)


def read(text: str) -> tuple[Policy, ...]:
    return read_policies(text.encode(), "mine.toml")


def one(*lines: str) -> Policy:
    """The only policy of a file whose third line is the first given."""
    (found,) = read("\n".join(("[[policy]]", 'name = "mine"', *lines)))
    return found


def refused(text: str | bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        read_policies(text if isinstance(text, bytes) else text.encode(), "mine.toml")
    return caught.value


def bad_key(*lines: str) -> tuple[Refusal, object, object, object]:
    found = refused("\n".join(("[[policy]]", 'name = "mine"', *lines)))
    return found.refusal, found.facts["field"], found.facts["shape"], found.facts["expected"]


def bad_file(text: str | bytes) -> tuple[object, object]:
    found = refused(text)
    assert (found.refusal, found.facts["file"]) == (Refusal.BAD_FILE, "mine.toml")
    return found.facts["shape"], found.facts["expected"]


# -- what is read -----------------------------------------------------------------------------


def as_toml(policy: Policy) -> str:
    """A file that says every key of a policy."""
    lines = ["[[policy]]"]
    for key in policy_keys():
        value = getattr(policy, key.name)
        plain = value.value if isinstance(value, UsedUp | ShortageRule) else value
        lines.append(f"{key.name} = {json.dumps(list(plain) if isinstance(plain, tuple) else plain)}")
    return "\n".join(lines)


@given(
    st.sampled_from(UsedUp), st.sampled_from(ShortageRule), st.booleans(), st.integers(0, 10**9),
    st.lists(st.sampled_from(("baru", "hilang", "rusak")), unique=True),
)  # fmt: skip
def test_whatever_a_policy_says_its_file_says_too(
    used_up: UsedUp, shortage: ShortageRule, binds: bool, reserve: int, classes: list[str]
) -> None:
    policy = Policy(
        name="mine", used_up=used_up, shortage_rule=shortage, capacity_binds=binds, central_reserve=reserve,
        priority_classes=tuple(classes),
    )  # fmt: skip
    assert read(as_toml(policy)) == (policy,)


def test_a_date_may_be_a_text_or_a_date_of_toml() -> None:
    assert one('valid_from = "2026-01-31"') == one("valid_from = 2026-01-31")
    assert one("valid_from = 2026-01-31").valid_from == "2026-01-31"


def test_a_file_of_windows_is_read() -> None:
    (found,) = read_policies(b'\xef\xbb\xbf[[policy]]\r\nname = "mine"\r\nquota = 500\r\n', "mine.toml")
    assert found == Policy(name="mine", quota=500)


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "field", "shape", "expected"),
    [
        ("qouta = 500", "mine.toml:3 qouta", "an unknown key", "perhaps quota"),
        ("zzz = 500", "mine.toml:3 zzz", "an unknown key", "a key of the reference of policies"),
        ("quota = -1", "mine.toml:3 quota", "-1", "a whole number from 0 to 1000000000"),
        ("quota = 1000000001", "mine.toml:3 quota", "1000000001", "a whole number from 0 to 1000000000"),
        ("quota = 1.5", "mine.toml:3 quota", "a fraction", "a whole number from 0 to 1000000000"),
        ('quota = "500"', "mine.toml:3 quota", "a text", "a whole number from 0 to 1000000000"),
        ("quota = true", "mine.toml:3 quota", "true or false", "a whole number from 0 to 1000000000"),
        ("capacity_binds = 1", "mine.toml:3 capacity_binds", "a whole number", "true or false"),
        ("rounding_lot = 0", "mine.toml:3 rounding_lot", "0", "a whole number from 1 to 1000000"),
        ('used_up = "never"', "mine.toml:3 used_up", "not one of the list",
         "one of: none, used-up-first, below-threshold, before-empty, weekly"),
        ("used_up = []", "mine.toml:3 used_up", "a list",
         "one of: none, used-up-first, below-threshold, before-empty, weekly"),
        ('priority_classes = "baru"', "mine.toml:3 priority_classes", "a text", "a list of texts"),
        ('priority_classes = ["baru", 1]', "mine.toml:3 priority_classes", "a whole number", "a list of texts"),
        ("valid_from = 2026-01-31T08:00:00", "mine.toml:3 valid_from", "a date or a time", "a date such as 2026-01-31"),
        ('paper = "a\\u0007b"', "mine.toml:3 paper", "control characters", "a text on one line"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_right_is_named_with_its_line(line: str, field: str, shape: str, expected: str) -> None:
    assert bad_key(line) == (Refusal.BAD_VALUE, field, shape, expected)


@pytest.mark.parametrize("day", ["2026-02-30", "31-01-2026", "2026-1-31", "20260131", "soon"])
def test_an_impossible_date_is_refused(day: str) -> None:
    refusal, field, _, expected = bad_key("quota = 1", f'valid_to = "{day}"')
    assert (refusal, field) == (Refusal.BAD_VALUE, "mine.toml:4 valid_to")
    assert "20" in str(expected)  # a day written as an example


def test_an_impossible_date_of_toml_itself_is_refused() -> None:
    text = '[[policy]]\nname = "a"\n\n  valid_from = 2026-02-30  # of February\n'
    with pytest.raises(Refused) as caught:
        read_policies(text.encode(), "mine.toml")
    assert caught.value.facts["field"] == "mine.toml:4 valid_from"
    assert caught.value.facts["shape"] == "2026-02-30, a day that no calendar has"


def test_an_end_before_the_beginning_is_refused() -> None:
    found = bad_key("valid_from = 2026-02-01", "valid_to = 2026-01-31")
    assert found == (Refusal.BAD_VALUE, "mine.toml:4 valid_to", "2026-01-31", "2026-02-01 or later")


@pytest.mark.parametrize("name", NUMBERS)
@given(st.data())
def test_a_number_below_or_above_its_bounds_names_its_key(name: str, data: st.DataObject) -> None:
    least, most = bounds(name)
    number = data.draw(st.one_of(st.integers(max_value=least - 1), st.integers(min_value=most + 1)).filter(
        lambda value: abs(value) < 10**14
    ))  # fmt: skip
    assert bad_key("", f"{name} = {number}")[:2] == (Refusal.BAD_VALUE, f"mine.toml:4 {name}")


def test_the_line_is_that_of_the_second_policy_where_the_second_is_wrong() -> None:
    text = '[[policy]]\nname = "a"\nquota = 1\n\n# the next\n[[policy]]\nname = "b"\n  "quota" = -1\n'
    assert refused(text).facts["field"] == "mine.toml:8 quota"


def test_a_policy_without_a_name_is_told_where_it_begins() -> None:
    assert refused('[[policy]]\nname = "a"\n[[policy]]\nquota = 1').facts["field"] == "mine.toml:3 name"


A, B = '[[policy]]\nname = "a"\n', '[[policy]]\nname = "b"\n'
FROM, TO = "valid_from = 2026-{}\n", "valid_to = 2026-{}\n"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (A + A, "every day"),
        (A + FROM.format("01-01") + A + FROM.format("01-01"), "2026-01-01"),
        (A + FROM.format("01-01") + TO.format("03-31") + A + FROM.format("03-31"), "2026-03-31"),
        (A + FROM.format("03-31") + A + TO.format("12-31"), "2026-03-31"),
    ],
)  # fmt: skip
def test_two_policies_of_one_name_never_hold_on_one_day(text: str, day: str) -> None:
    assert bad_file(text) == (f"two policies of one name hold on {day}", "valid_to before the valid_from of the next")


def test_periods_that_meet_and_names_that_differ_do_not_overlap() -> None:
    assert len(read(A + TO.format("03-31") + A + FROM.format("04-01") + B)) == 3
    assert len(read(A + A + FROM.format("04-01"))) == 2  # the open end gives way


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (b"", "no policy"),
        (b"# only a comment", "no policy"),
        (b"policy = 1", "no policy"),
        (b"policy = []", "no policy"),
        (b"[policy]\nname = 'a'", "no policy"),
        (b"quota = 500", "keys stand outside a policy"),
        (b"[[policy]]\nname = 'a'\nquota = 1\nquota = 2", "line 4 is not TOML"),
        (b"[[policy]]\nname = unquoted", "line 2 is not TOML"),
        (b"a = " + b"[" * 100_000, "it is not TOML"),
        (b"a = " + b"9" * 5_000, "it is not TOML"),
        (b"\xff\xfe[\x00[\x00", "byte 0 is not UTF-8"),
        (b"[[policy]]\nname = '\xe9'", "byte 19 is not UTF-8"),
        (b"#" * (LIMIT_BYTES + 1), f"{LIMIT_BYTES + 1} bytes"),
        (b"\x89PNG\r\n\x1a\n", "byte 0 is not UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_whole(text: bytes, shape: str) -> None:
    assert bad_file(text)[0] == shape


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_give_policies_or_a_refusal(data: bytes) -> None:
    try:
        found = read_policies(b"[[policy]]\nname = 'a'\n" + data, "mine.toml")
    except Refused as caught:
        assert caught.refusal in {Refusal.BAD_FILE, Refusal.BAD_VALUE}
    else:
        assert all(isinstance(policy, Policy) for policy in found)


# -- those that are shipped -------------------------------------------------------------------


@pytest.mark.rule(27)
def test_the_policies_of_the_five_papers_are_shipped() -> None:
    found = {policy.name: (policy.paper[-4:-1], policy.used_up) for policy in shipped_policies()}
    assert found == {
        "default": ("", UsedUp.NONE),
        "2018-weekly": ("000", UsedUp.WEEKLY),
        "2017-capacity": ("001", UsedUp.NONE),
        "used-up-first": ("002", UsedUp.USED_UP_FIRST),
        "2020-below-threshold": ("003", UsedUp.BELOW_THRESHOLD),
        "2015-before-empty": ("004", UsedUp.BEFORE_EMPTY),
    }


@pytest.mark.rule(27)
def test_the_numbers_of_the_papers_stand_in_their_policies() -> None:
    assert shipped_policy("2020-below-threshold").reorder_threshold == 1_000
    assert shipped_policy("2018-weekly").interval_days == 7
    assert shipped_policy("used-up-first").quota == 10_000
    assert shipped_policy("2017-capacity").capacity_binds


@pytest.mark.rule(31)
def test_urgent_people_come_first_in_2015_and_first_cards_in_2020() -> None:
    assert shipped_policy("2015-before-empty").priority_classes[0] == "mendesak"
    assert shipped_policy("2020-below-threshold").priority_classes[0] == "baru"
    assert "pemekaran" in shipped_policy("2020-below-threshold").refused_classes


def test_every_shipped_file_is_named_after_its_policy_and_says_why_in_a_comment() -> None:
    for file in resources.files("ektp_data").joinpath("policies").iterdir():
        text = file.read_text("utf-8")
        assert {policy.name for policy in read(text)} == {file.name.removesuffix(".toml")}
        assert text.startswith("# ")


def test_a_name_nobody_knows_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(Refused) as caught:
        shipped_policy("wekly")
    assert "2018-weekly" in str(caught.value.facts["expected"])


def test_the_policy_of_a_day_is_the_one_in_force_on_it() -> None:
    found = read(A + TO.format("03-31") + A + FROM.format("04-01"))
    assert [policy_on(found, f"2026-{day}") for day in ("03-31", "04-01")] == list(found)
    assert policy_on(found) == found[1]


def test_a_day_on_which_no_policy_holds_is_refused_with_the_periods() -> None:
    with pytest.raises(Refused) as caught:
        shipped_policy("2017-capacity", "2018-01-01")
    assert caught.value.facts == {
        "field": "date", "shape": "no policy holds on 2018-01-01", "expected": "2017-01-01 - 2017-12-31",
    }  # fmt: skip


def test_a_file_with_two_names_for_one_day_is_no_policy() -> None:
    with pytest.raises(Refused) as caught:
        policy_on(read(A + B), "2026-01-01")
    assert caught.value.facts["shape"] == "2 policies hold at once"


# -- the reference and the schema -------------------------------------------------------------


def test_every_key_says_what_it_is_and_has_a_default_but_the_name() -> None:
    assert all(key.meaning and key.type and key.expected for key in policy_keys())
    assert [key.name for key in policy_keys() if not key.default] == ["name"]


def test_the_defaults_of_the_reference_are_those_of_the_policy() -> None:
    lines = [f"{key.name} = {key.default}" for key in policy_keys() if key.default]
    assert one(*lines) == Policy(name="mine")


def test_the_schema_knows_the_keys_and_their_bounds() -> None:
    schema = json.loads(policy_schema())
    policy = schema["properties"]["policy"]["items"]
    assert set(policy["properties"]) == {key.name for key in policy_keys()}
    assert policy["additionalProperties"] is False
    assert policy["properties"]["rounding_lot"] | {"description": ""} == {
        "description": "", "default": 1, "type": "integer", "minimum": 1, "maximum": 1_000_000,
    }  # fmt: skip
    pattern = policy["properties"]["valid_from"]["pattern"]
    assert [bool(re.fullmatch(pattern, day)) for day in ("", "2026-01-31", "31-01-2026")] == [True, True, False]

"""Refusals cross the wire and come back the same; nothing else comes back as one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.wire.problem import refused_from_plain, refused_to_plain, status_of

facts = st.dictionaries(
    st.text(max_size=8),
    st.one_of(st.text(max_size=20), st.integers(-(2**53), 2**53), st.lists(st.text(max_size=5)).map(tuple)),
    max_size=4,
)


@given(st.sampled_from(Refusal), facts)
def test_every_refusal_survives_the_wire(refusal: Refusal, facts: dict[str, str | int | tuple[str, ...]]) -> None:
    refused = Refused(refusal, facts)
    found = refused_from_plain(json.loads(json.dumps(refused_to_plain(refused))))
    assert (found.refusal, found.facts) == (refused.refusal, refused.facts)


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {},
        {"facts": {}},
        {"code": 7},
        {"code": "NO_SUCH_CODE", "facts": {}},
        {"code": "NO_BLANK", "facts": {"station": None}},
        {"code": "NO_BLANK", "facts": {"station": True}},
        {"code": "NO_BLANK", "facts": {"station": {"a": "b"}}},
        {"code": "NO_BLANK", "facts": {}, "text": "<b>"},
    ],
)
def test_what_is_no_refusal_of_ours_is_malformed(plain: object) -> None:
    with pytest.raises(Refused) as caught:
        refused_from_plain(plain)
    assert caught.value.refusal is Refusal.MALFORMED


def test_a_citizens_number_in_a_fact_from_outside_is_masked() -> None:
    found = refused_from_plain({"code": "BAD_VALUE", "facts": {"field": "5203054408999001"}})
    assert "5203054408999001" not in repr(found) + str(found.facts)


@given(st.sampled_from(Refusal))
def test_every_refusal_has_a_status_that_is_no_success(refusal: Refusal) -> None:
    assert 400 <= status_of(Refused(refusal)) < 600


def test_a_refusal_that_may_pass_later_is_never_answered_as_a_mistake_of_the_sender() -> None:
    assert {status_of(Refused(one)) for one in Refusal if one.transient} <= {409, 503}

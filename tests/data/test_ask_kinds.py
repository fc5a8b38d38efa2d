"""Every kind of ask says what it does, in one sentence that the catalogue knows."""

import pytest

from ektp_core.wire.asks import KINDS
from ektp_data.ask_kinds import about
from ektp_data.catalogue import messages


def test_every_kind_of_ask_says_what_it_does() -> None:
    known = frozenset(messages())
    assert [kind for kind in KINDS if not about(kind).endswith(".") or about(kind) not in known] == []


def test_no_two_kinds_say_the_same() -> None:
    assert len({about(kind) for kind in KINDS}) == len(KINDS)


def test_an_unknown_kind_has_no_sentence() -> None:
    with pytest.raises(KeyError):
        about("burn-everything")

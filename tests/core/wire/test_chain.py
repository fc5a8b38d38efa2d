"""The chain of seals: what a header binds, and what `check` names when it does not fit."""

import pytest
from attrs import evolve

from ektp_core.errors import Refused
from ektp_core.flow.codec import FOLD
from ektp_core.wire.chain import Header, check, digest_of, read_header, seal

FIRST = seal(Header(1, b"", 7, pen=b"p", rows=b"r", counters=(("A", 3),)), (b"one", b"two"))
SECOND = seal(Header(2, FIRST.head, 8), (b"three",))


def test_a_header_is_read_back_as_it_was_sealed() -> None:
    header = read_header(FIRST.header)
    assert (header.n, header.previous, header.at_ms, header.count, header.fold) == (1, b"", 7, 2, FOLD)
    assert (header.pen, header.rows, header.counters) == (b"p", b"r", (("A", 3),))


def test_commits_follow_each_other_by_their_heads() -> None:
    assert check(FIRST, b"").n == 1
    assert check(SECOND, FIRST.head).n == 2


@pytest.mark.parametrize(
    ("changed", "previous", "named"),
    [
        (evolve(SECOND, head=b"x" * 32), FIRST.head, "head"),
        (evolve(SECOND, n=3), FIRST.head, "number"),
        (SECOND, SECOND.head, "previous head"),
        (evolve(SECOND, events=(b"other",)), FIRST.head, "events"),
        (evolve(SECOND, events=()), FIRST.head, "events"),
    ],
)
def test_what_does_not_fit_is_named(changed: object, previous: bytes, named: str) -> None:
    with pytest.raises(Refused, match=f"MALFORMED.*{named}"):
        check(changed, previous)  # type: ignore[arg-type]  # a commit, changed


@pytest.mark.parametrize("cut", range(0, len(FIRST.header), 5))
def test_a_header_cut_short_is_malformed(cut: int) -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        read_header(FIRST.header[:cut])


def test_two_lists_of_parts_never_have_one_digest() -> None:
    assert digest_of([b"ab", b"c"]) != digest_of([b"a", b"bc"]) != digest_of([b"abc"])

"""The tree against the published vectors, and against the definition of the RFC read word for word."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.wire.merkle import (
    Frontier,
    consistency_proof,
    empty_root,
    frontier_of,
    inclusion_proof,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves every implementation of certificate transparency is tested with, and the
# roots of the trees over the first 0, 1, 2 ... 8 of them.
LEAVES = tuple(
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

trees = st.lists(st.binary(max_size=4), max_size=40)


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, as it is written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def proof_by_definition(m: int, leaves: Sequence[bytes], is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, section 2.1.4.1, as it is written."""
    if m == len(leaves):
        return [] if is_whole else [by_definition(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return [*proof_by_definition(m, leaves[:k], is_whole), by_definition(leaves[k:])]
    return [*proof_by_definition(m - k, leaves[k:], False), by_definition(leaves[:k])]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_are_met(size: int) -> None:
    assert frontier_of(LEAVES[:size]).root().hex() == ROOTS[size]


def test_the_published_inclusion_proof_of_the_first_of_eight_is_met() -> None:
    assert [step.hex() for step in inclusion_proof(LEAVES, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


def test_the_published_consistency_proof_from_six_to_eight_is_met() -> None:
    assert [step.hex() for step in consistency_proof(LEAVES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_leaf_never_hashes_like_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(trees)
def test_the_root_is_the_one_of_the_definition(leaves: list[bytes]) -> None:
    assert frontier_of(leaves).root() == by_definition(leaves)


@given(trees)
def test_a_frontier_survives_its_bytes(leaves: list[bytes]) -> None:
    grown = frontier_of(leaves)
    assert Frontier.from_bytes(grown.to_bytes()) == grown
    assert len(grown.peaks) == len(leaves).bit_count()


@given(st.binary(max_size=120))
def test_bytes_that_are_no_frontier_are_refused(raw: bytes) -> None:
    try:
        found = Frontier.from_bytes(raw).to_bytes()
    except Refused as refused:
        found = refused.refusal.value.encode()
    assert found in {raw, Refusal.MALFORMED.value.encode()}


def test_a_frontier_whose_peaks_do_not_fit_its_size_is_refused() -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        Frontier(3, (empty_root(),))
    with pytest.raises(Refused, match="MALFORMED"):
        Frontier(1, (b"short",))
    with pytest.raises(Refused, match="MALFORMED"):
        Frontier(-1, (empty_root(),))


@pytest.mark.parametrize("size", range(1, 20))
def test_every_leaf_is_shown_to_be_where_it_is_and_nowhere_else(size: int) -> None:
    leaves = [bytes([at]) for at in range(size)]
    root = by_definition(leaves)
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        for claimed in range(-1, size + 2):
            assert verify_inclusion(leaves[index], claimed, size, proof, root) is (claimed == index)


@given(st.data())
def test_a_changed_inclusion_proof_shows_nothing(data: st.DataObject) -> None:
    leaves = data.draw(st.lists(st.binary(max_size=3), min_size=2, max_size=30))
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = list(inclusion_proof(leaves, index))
    root = by_definition(leaves)
    assert verify_inclusion(leaves[index], index, len(leaves), proof, root)
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:at], leaf_hash(proof[at]), *proof[at + 1 :]]
    assert not verify_inclusion(leaves[index], index, len(leaves), changed, root)
    assert not verify_inclusion(leaves[index], index, len(leaves), proof[:at] + proof[at + 1 :], root)
    assert not verify_inclusion(leaves[index], index, len(leaves), [*proof, proof[at]], root)
    assert not verify_inclusion(leaves[index] + b"!", index, len(leaves), proof, root)


@pytest.mark.parametrize("new_size", range(1, 20))
def test_every_growth_is_shown_as_the_definition_says(new_size: int) -> None:
    leaves = [bytes([at]) for at in range(new_size)]
    new_root = by_definition(leaves)
    for old_size in range(new_size + 1):
        proof = consistency_proof(leaves, old_size)
        old_root = by_definition(leaves[:old_size])
        if old_size:
            assert list(proof) == proof_by_definition(old_size, leaves, True)
        assert verify_consistency(old_size, old_root, new_size, new_root, proof)
        assert not verify_consistency(old_size, leaf_hash(old_root), new_size, new_root, proof)
        other_root = leaf_hash(new_root)  # nothing can be shown against it, but that it has no beginning
        assert verify_consistency(old_size, old_root, new_size, other_root, proof) is (old_size == 0)
        assert not verify_consistency(old_size, old_root, new_size, new_root, [*proof, new_root])
        if 0 < old_size < new_size:
            assert not verify_consistency(old_size, old_root, new_size, new_root, proof[:-1])


def test_a_rewritten_history_is_not_consistent() -> None:
    leaves = [bytes([at]) for at in range(7)]
    rewritten = [*leaves[:2], b"other", *leaves[3:]]
    proof = consistency_proof(rewritten, 5)
    assert not verify_consistency(5, by_definition(leaves[:5]), 7, by_definition(rewritten), proof)


def test_a_tree_does_not_shrink_and_has_no_leaf_beyond_its_end() -> None:
    root = by_definition(LEAVES)
    assert not verify_consistency(9, root, 8, root, ())
    with pytest.raises(Refused, match="BAD_VALUE"):
        consistency_proof(LEAVES, 9)
    with pytest.raises(Refused, match="BAD_VALUE"):
        inclusion_proof(LEAVES, 8)

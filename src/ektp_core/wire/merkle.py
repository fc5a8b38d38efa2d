"""The tree over a book's seals (pohon Merkle), as RFC 9162 section 2.1 draws it.

An office that was shown one root can be shown, with a few hashes, that a seal is in the
book (inclusion) and that the book only grew since (consistency). The book-keeper needs the
right edge of the tree only: the `Frontier`, one hash per full subtree, which grows by one
leaf in amortised constant time. Proofs are made from the leaves themselves, when somebody
asks for one.

A *leaf* here is the bytes that were logged (for a book: the head of a seal), never its hash;
this file hashes it. What a leaf means is not known here.

>>> grown = Frontier().add(b"first").add(b"second")
>>> verify_inclusion(b"second", 1, 2, inclusion_proof((b"first", b"second"), 1), grown.root())
True
"""

import hashlib
from collections.abc import Iterable, Sequence

from attrs import field, frozen

from ektp_core.errors import Refusal, Refused

HASH_BYTES = 32
_SIZE_BYTES = 8


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf; the leading zero keeps it apart from every node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two hashes; the leading one keeps it apart from every leaf."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def empty_root() -> bytes:
    """The root of a tree without leaves."""
    return hashlib.sha256(b"").digest()


@frozen
class Frontier:
    """The right edge of a tree: the roots of its full subtrees, the largest (leftmost) first.

    Raises:
        Refused: MALFORMED when the peaks do not fit the size.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = field(default=())

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.size < 1 << 63:
            raise _malformed("frontier size", "a count of leaves")
        if len(self.peaks) != self.size.bit_count() or {*map(len, self.peaks)} - {HASH_BYTES}:
            raise _malformed("frontier peaks", "one hash for each full subtree")

    def add(self, leaf: bytes) -> "Frontier":
        """The frontier after one more leaf."""
        peaks = list(self.peaks)
        rising = leaf_hash(leaf)
        size = self.size
        while size & 1:  # each trailing one is a full subtree that now gets a twin
            rising = node_hash(peaks.pop(), rising)
            size >>= 1
        return Frontier(self.size + 1, (*peaks, rising))

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.peaks:
            return empty_root()
        *left, root = self.peaks
        for peak in reversed(left):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """Size (8 bytes, big-endian) and peaks, for keeping beside the book."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Frontier":
        """The frontier `to_bytes` wrote.

        Raises:
            Refused: MALFORMED.
        """
        peaks = raw[_SIZE_BYTES:]
        if len(raw) < _SIZE_BYTES or len(peaks) % HASH_BYTES:
            raise _malformed("frontier", "a size and whole hashes")
        size = int.from_bytes(raw[:_SIZE_BYTES], "big")
        return cls(size, tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)))


def frontier_of(leaves: Iterable[bytes]) -> Frontier:
    """The frontier of a tree with these leaves."""
    grown = Frontier()
    for leaf in leaves:
        grown = grown.add(leaf)
    return grown


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes that lead from the leaf at `index` to the root, lowest first.

    Raises:
        Refused: BAD_VALUE when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise _bad_value("index", f"below {len(leaves)}", index)
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_root_of(leaves, middle, high))
            high = middle
        else:
            proof.append(_root_of(leaves, low, middle))
            low = middle
    return tuple(reversed(proof))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that `leaf` is at `index` of the tree with that size and root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf_hash(leaf)
    for step in proof:
        if last == 0 or len(step) != HASH_BYTES:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while place and not place & 1:  # levels where our edge stands alone have no step
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """The hashes that show that the tree of the first `old_size` leaves grew into this one.

    Empty for an old tree without leaves and for one of the same size: nothing needs showing.

    Raises:
        Refused: BAD_VALUE when the old tree is larger than this one.
    """
    if not 0 <= old_size <= len(leaves):
        raise _bad_value("old size", f"at most {len(leaves)}", old_size)
    if old_size in {0, len(leaves)}:
        return ()
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while high != old_size:
        middle = low + _split(high - low)
        if old_size <= middle:
            proof.append(_root_of(leaves, middle, high))
            high = middle
        else:
            proof.append(_root_of(leaves, low, middle))
            low = middle
    if low:  # else the old tree is this very subtree, whose root the verifier holds
        proof.append(_root_of(leaves, low, high))
    return tuple(reversed(proof))


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the old tree is the beginning of the new one."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == empty_root()
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps or any(len(step) != HASH_BYTES for step in steps):
        return False
    return _climb(old_size, new_size, steps) == (old_root, new_root)


def _climb(old_size: int, new_size: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots these steps lead to; None when there are too few or too many steps."""
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below `size`: how many leaves the left subtree has."""
    return 1 << ((size - 1).bit_length() - 1)


def _root_of(leaves: Sequence[bytes], low: int, high: int) -> bytes:
    """The root over leaves low to high-1, as one frontier: no recursion."""
    return frontier_of(leaves[at] for at in range(low, high)).root()


def _malformed(name: str, expected: str) -> Refused:
    return Refused(Refusal.MALFORMED, {"field": name, "expected": expected, "shape": "something else"})


def _bad_value(name: str, expected: str, found: int) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "expected": expected, "shape": found})

"""An ask (permintaan): what somebody wants written, opened and verified at the edge.

There are two kinds. A *request* may be refused. A *fact*, what a station's signed chain
says happened, never is: it is absorbed, or recorded as disputed. The edge has checked the
signatures; who may ask for what is decided in `decide`, from the keys given here.
"""

from typing import Protocol, runtime_checkable

from attrs import frozen

from ektp_core.errors import Refused


@runtime_checkable
class Body(Protocol):
    """What is asked: an attrs class of plain values, one per kind."""

    def __hash__(self) -> int: ...


@frozen
class Late:
    """Stands in place of the body of an ask that came too late.

    The store looks its id up first, so that an exact repeat is answered as before, for ever;
    a new one is refused with `why`.
    """

    why: Refused


@frozen
class Ask:
    """One ask.

    Attributes:
        id: made by the asker before sending, kept for ever; empty for facts, whose name is
            (station, n).
        body: what is asked.
        signed_by: ids of the keys whose signatures were verified over the payload.
        at_ms: the book-keeper's time.
        digest: digest of the signed payload; with the id it makes a repeat harmless.
    """

    id: str
    body: Body
    signed_by: tuple[str, ...]
    at_ms: int
    digest: bytes

"""Rows about stations that are gone or silent (baris mesin cetak hilang)."""

from typing import ClassVar

from attrs import field, frozen


@frozen
class LostStation:
    """A station that was declared lost; `exposed`: records whose data lay with it."""

    TABLE: ClassVar[int] = 49
    KEY: ClassVar[int] = 1
    station: str
    letter: str
    letter_date: str
    exposed: tuple[str, ...]
    closed: str = ""  # number of the minutes that closed what was not found
    kept_bytes: int = 0  # of what was signed after the loss


@frozen
class Evidence:
    """A signed commit that was kept and changed nothing."""

    TABLE: ClassVar[int] = 50
    KEY: ClassVar[int] = 3
    station: str
    n: int
    head: bytes
    at_ms: int
    events: tuple[bytes, ...] = field(repr=False)


@frozen
class ReleasedByCode:
    """An authorisation given back by telephone whose commit the station still owes."""

    TABLE: ClassVar[int] = 51
    KEY: ClassVar[int] = 3
    station: str
    record: str
    n: int


@frozen
class DisputedAttempt:
    """What a station's disputed facts say of an attempt: that it was begun, and whether a card came out."""

    TABLE: ClassVar[int] = 57
    KEY: ClassVar[int] = 2
    record: str
    n: int
    came_out: bool


@frozen
class FedBlank:
    """A blank that was fed: a disputed fact names it for an attempt, or a counter shows it of a test card."""

    TABLE: ClassVar[int] = 58
    KEY: ClassVar[int] = 2
    series: str
    number: int
    record: str
    n: int


@frozen
class WrongCodes:
    """How many wrong codes were typed in a station's name since the first of them."""

    TABLE: ClassVar[int] = 64
    KEY: ClassVar[int] = 1
    station: str
    since_ms: int
    count: int


@frozen
class Contact:
    """When a station was last heard, and where its present enrolment begins.

    `feed_m`: the last feed entry of the enrolment before, 0 for the first. `key`: of the present enrolment,
    empty for the first. `kept_bytes`: of what the keys of earlier ones signed since.
    """

    TABLE: ClassVar[int] = 65
    KEY: ClassVar[int] = 1
    station: str
    heard_ms: int = 0
    feed_m: int = 0
    key: str = ""
    kept_bytes: int = 0


StationLossRow = LostStation | Evidence | ReleasedByCode | DisputedAttempt | FedBlank | WrongCodes | Contact

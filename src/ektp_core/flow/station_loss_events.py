"""What happened to a station that is gone or silent (mesin cetak hilang): loss, evidence, words by telephone."""

from typing import ClassVar

from attrs import field, frozen


@frozen
class StationLost:
    """A station was declared lost (rule 21): its key stops, its open attempts and blanks are suspect.

    `exposed`: records whose data lay with the station, for the notice to the persons concerned.
    """

    KIND: ClassVar[int] = 70
    station: str
    letter: str
    letter_date: str
    by: tuple[str, ...]
    exposed: tuple[str, ...]


@frozen
class EvidenceKept:
    """A signed commit of a station that may not change anything any more: a lost one's, or a branch's."""

    KIND: ClassVar[int] = 71
    station: str
    n: int
    head: bytes
    at_ms: int
    events: tuple[bytes, ...] = field(repr=False)


@frozen
class Released:
    """An authorisation was given back by a code read out on the telephone (rule 19). `by`: who typed it."""

    KIND: ClassVar[int] = 72
    station: str
    record: str
    n: int
    by: tuple[str, ...] = ()


@frozen
class ReleaseSeen:
    """The station's own commit says what the code had said."""

    KIND: ClassVar[int] = 73
    station: str
    record: str
    n: int


@frozen
class LostSiteCounted:
    """People counted where a lost station stood; what they found moved beside this."""

    KIND: ClassVar[int] = 74
    station: str
    minutes: str
    by: tuple[str, ...]


@frozen
class LostStationClosed:
    """What a lost station held and nobody found was given up."""

    KIND: ClassVar[int] = 76
    station: str
    minutes: str
    by: tuple[str, ...]


@frozen
class CodeMistyped:
    """A code was typed that is not this station's for this attempt. `by`: the officers who typed it."""

    KIND: ClassVar[int] = 88
    station: str
    record: str
    n: int
    by: tuple[str, ...]
    at_ms: int


@frozen
class StationReEnrolled:
    """A stopped station goes on under a new key, with a new book and a new chain.

    `feed_m`: the last entry of its feed before; what came up to it is no word to the new book. `minutes`: of the
    two people who counted what was there.
    """

    KIND: ClassVar[int] = 89
    station: str
    key: str
    feed_m: int
    minutes: str
    by: tuple[str, ...]


StationLossEvent = (
    StationLost
    | EvidenceKept
    | Released
    | ReleaseSeen
    | LostSiteCounted
    | LostStationClosed
    | CodeMistyped
    | StationReEnrolled
)

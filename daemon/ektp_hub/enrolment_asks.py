"""What the centre asks of its hub to enrol a station (permintaan pendaftaran), and its book to read beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.founding import Register
from ektp_core.flow.re_enrolling import ReEnrol
from ektp_core.flow.view import View
from ektp_core.vocabulary.serial import parse_range
from ektp_keys.enrolment import Enrolment
from ektp_store.opening import open_to_read, translated
from ektp_store.sqlite import SqliteGround


def enrolment_body(wanted: Enrolment, again: str | None, blanks: tuple[str, ...]) -> Register | ReEnrol:
    """A first enrolment; or, with the number of the minutes, another one of a station that stopped.

    Raises:
        Refused: BAD_VALUE for blanks without minutes, or that are no range.
    """
    found = tuple((one.series, one.lo, one.hi) for one in map(parse_range, blanks))
    if again is not None:
        return ReEnrol(wanted.station.station, wanted.key.key, wanted.key.public, again, found)
    if found:
        facts = {"field": "--blanks", "shape": "without --again", "expected": "--again with the number of the minutes"}
        raise Refused(Refusal.BAD_VALUE, facts)
    return Register(stations=(wanted.station,), keys=(wanted.key,))


@contextmanager
def answer_from(book: Path) -> Iterator[View]:
    """The hub's book as last sealed, read beside the process that keeps it.

    Raises:
        Refused: BOOK_DAMAGED, BOOK_NEWER.
    """
    connection = open_to_read(str(book))
    try:
        with translated(str(book), "a page"):
            connection.execute("BEGIN")
            yield SqliteGround(connection, str(book)).book
    finally:
        connection.close()

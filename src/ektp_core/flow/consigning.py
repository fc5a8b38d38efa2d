"""What every departure needs (keberangkatan): a new name, known parties, checked papers; one shape for all."""

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.papers import checked_text
from ektp_core.flow.rows import Consignment, Party
from ektp_core.flow.view import View
from ektp_core.vocabulary.serial import SerialSet


def known_party(view: View, party: str) -> None:
    """Refuse a party nobody registered.

    Raises:
        Refused: UNKNOWN_PARTY.
    """
    if view.row(Party, party) is None:
        raise Refused(Refusal.UNKNOWN_PARTY, {"party": party})


def new_consignment(view: View, consignment: str) -> None:
    """Refuse a consignment's name that was used, or that a station gives (`station/52.03/1/...`).

    Raises:
        Refused: BAD_VALUE or ALREADY_KNOWN.
    """
    checked_text("consignment", consignment)
    if consignment.startswith("station/"):
        expected = "another name; a station names what it gives back so"
        raise Refused(
            Refusal.BAD_VALUE, {"field": "consignment", "shape": "a station's name first", "expected": expected}
        )
    not_used(view, consignment)


def not_used(view: View, consignment: str) -> None:
    """Refuse a consignment's name that was used.

    Raises:
        Refused: ALREADY_KNOWN.
    """
    if view.row(Consignment, consignment):
        raise Refused(Refusal.ALREADY_KNOWN, {"what": "the consignment", "id": consignment})


def some(serials: SerialSet) -> SerialSet:
    """The serials, of which there must be some.

    Raises:
        Refused: BAD_VALUE.
    """
    if not serials:
        raise Refused(Refusal.BAD_VALUE, {"field": "ranges", "shape": "empty", "expected": "serials"})
    return serials

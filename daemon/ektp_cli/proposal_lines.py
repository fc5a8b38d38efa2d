"""Reads a district's list of people to be printed first (usulan kecamatan): a CSV file of NIK and reason."""

import csv
import io

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import Nik
from ektp_core.wire.proposals import ProposalLine

LIMIT_BYTES = 1 << 20

_WHY = ("reason", "why", "alasan")


def read_proposal(data: bytes, name: str) -> tuple[ProposalLine, ...]:
    """The lines of a list; `name` is what a refusal calls the file.

    Raises:
        Refused: BAD_FILE for no such list; BAD_NIK or BAD_VALUE naming line and column, never the value.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad_file(name, f"byte {error.start} is not UTF-8") from None
    first = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        head = [cell.strip().lower() for cell in next(rows, [])]
        lines = [(rows.line_num, cells) for cells in rows if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise _bad_file(name, "something else") from None
    reason = next((one for one in _WHY if one in head), "")
    if "nik" not in head or not reason:
        raise _bad_file(name, "another head")
    return tuple(_line(number, cells, head.index("nik"), head.index(reason)) for number, cells in lines)


def _line(number: int, cells: list[str], nik_at: int, why_at: int) -> ProposalLine:
    place = f"line {number}"
    if len(cells) <= max(nik_at, why_at):
        facts = {"field": place, "shape": f"{len(cells)} cells", "expected": "a NIK and a reason"}
        raise Refused(Refusal.BAD_VALUE, facts)
    return ProposalLine(Nik.parse(cells[nik_at].strip(), f"{place}: nik").reveal(), cells[why_at].strip())


def _bad_file(name: str, shape: str) -> Refused:
    facts = {"file": name, "shape": shape, "expected": "a CSV file with the columns nik and reason (alasan)"}
    return Refused(Refusal.BAD_FILE, facts)

"""Numbers of records (nomor penerbitan): region of first import and a running number (rule 2).

>>> record_id("52.03", 12), region_and_number("52.03-000012")
('52.03-000012', ('52.03', 12))
"""

import re

from ektp_core.errors import Refusal, Refused

_SHAPE = re.compile(r"(\d\d\.\d\d)-(\d{6,12})", re.ASCII)


def record_id(region: str, number: int) -> str:
    """The id of the record with that running number."""
    return f"{region}-{number:06d}"


def region_and_number(text: str) -> tuple[str, int]:
    """Both parts of a record's id.

    Raises:
        Refused: BAD_VALUE for another shape.
    """
    found = _SHAPE.fullmatch(text)
    if not found:
        raise Refused(
            Refusal.BAD_VALUE,
            {"field": "record", "shape": f"{len(text)} characters", "expected": "52.03-000001"},
        )
    return found.group(1), int(found.group(2))

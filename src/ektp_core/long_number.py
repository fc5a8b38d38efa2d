"""Sixteen digits in a text, however they are written (nomor panjang): what may be a citizen's number.

People write a NIK in one piece, four by four, with dots as a region code has them, or with dashes.
Here is only where such a number stands; whether that is masked or refused is said elsewhere
(rule 40). Dates, telephone numbers and serials stand beside one another too, so a number
written apart counts only when its pieces, whole, make exactly sixteen digits that could be one.

>>> [text[start:end] for text in ["NIK 52.03.05-440899-0001, 2 kali"] for start, end in numbers_apart(text)]
['52.03.05-440899-0001']
>>> list(numbers_apart("19-11-2018 0812-3456-7890")), is_plausible("5203054408990001")
([], True)
"""

import re
from collections.abc import Iterator, Sequence

LENGTH = 16

_BETWEEN = r"(?:\s{1,3}|\s?[.,_-]\s?|/)"
_CHAIN = re.compile(rf"\d+(?:{_BETWEEN}\d+)+")
_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_DATE = re.compile(
    rf"(?<![\d.-])(?:{_DAY}([-/.]){_MONTH}\1{_YEAR}|{_YEAR}-{_MONTH}-{_DAY})(?![-/.]?\d)", re.ASCII
)
_PIECE = re.compile(r"\d+")


def numbers_apart(text: str, *, mistyped: bool = False) -> Iterator[tuple[int, int]]:
    """From where to where each number stands that may be a NIK and is written in pieces; they may overlap.

    Args:
        mistyped: also sixteen digits that can be no NIK, if nothing but them stands there.
    """
    text = _DATE.sub(lambda date: "x" * len(date.group()), text)  # a whole date is no piece of a number
    for chain in _CHAIN.finditer(text):
        pieces = list(_PIECE.finditer(text, *chain.span()))
        for first, last, digits in _sixteen(pieces):
            if is_plausible(digits) or (mistyped and (first, last) == (pieces[0], pieces[-1])):
                yield first.start(), last.end()


def _sixteen(pieces: Sequence[re.Match[str]]) -> Iterator[tuple[re.Match[str], re.Match[str], str]]:
    """Neighbouring pieces that have sixteen digits together: the first, the last, the digits."""
    for at, first in enumerate(pieces):
        digits = ""
        for piece in pieces[at : at + LENGTH]:
            digits += piece.group()
            if len(digits) >= LENGTH:
                if len(digits) == LENGTH:
                    yield first, piece, digits
                break


def is_plausible(digits: str) -> bool:
    """Whether these are sixteen digits with a possible province, day (forty more for a woman) and month.

    No province is called 20, and the years written on papers are.
    """
    if len(digits) != LENGTH:
        return False
    province, day, month = int(digits[:2]), int(digits[6:8]), int(digits[8:10])
    return 11 <= province <= 97 and province != 20 and (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12

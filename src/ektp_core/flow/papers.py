"""What stands on papers (isi surat): names, numbers and dates as people wrote them, checked before they are kept.

Rule 13: a collector, a vehicle, a letter are named; a citizen's number never is, in no text.
"""

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import may_hold_nik

LONGEST = 120


def checked_text(name: str, text: str, *, needed: bool = True) -> str:
    """The text, if it may be kept.

    Raises:
        Refused: BAD_VALUE naming the field and the shape, never the text.
    """
    if may_hold_nik(text):
        raise _bad(name, "what looks like a NIK", "a name, staff identity or letter number; never a citizen's number")
    if len(text) > LONGEST or not text.isprintable():
        raise _bad(name, f"{len(text)} characters", f"up to {LONGEST} characters in one line")
    if needed and not text.strip():
        raise _bad(name, "empty", "what the paper says")
    return text


def checked_texts(name: str, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Several texts, each of which may be kept and is named once.

    Raises:
        Refused: BAD_VALUE.
    """
    for text in texts:
        checked_text(name, text)
    if len(set(texts)) != len(texts):
        raise _bad(name, "named twice", "each once")
    return texts


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

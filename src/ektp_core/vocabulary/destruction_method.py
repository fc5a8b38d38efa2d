"""How waste and void cards are destroyed (cara pemusnahan). Numbers are stored."""

from enum import IntEnum


class Method(IntEnum):
    """What is done to a card so that nobody can use it again (rule 26)."""

    CUT = 1
    BURN = 2
    CUT_AND_BURN = 3

    @property
    def term(self) -> str:
        """The office's word for it, as minutes write it."""
        return ("digunting", "dibakar", "digunting-dibakar")[self - 1]

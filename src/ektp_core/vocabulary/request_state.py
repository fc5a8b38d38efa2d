"""What became of an office's request for blanks (keadaan usulan). Numbers are stored."""

from enum import IntEnum


class RequestState(IntEnum):
    """A request lies open until it is answered by a grant or taken back."""

    OPEN = 1
    GRANTED = 2
    WITHDRAWN = 3

    @property
    def term(self) -> str:
        """The office's word for it."""
        return ("diajukan", "dijatah", "ditarik")[self - 1]

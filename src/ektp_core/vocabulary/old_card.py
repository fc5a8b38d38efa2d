"""Words of the old-card book (buku kartu lama): why a surrendered card came in. Numbers are stored."""

from enum import IntEnum


class OldCardReason(IntEnum):
    """Why a card that is not a misprint was surrendered (rule 14)."""

    DAMAGED = 1
    DATA_CHANGE = 2
    MOVED = 3
    DIED = 4
    FOUND = 5  # found by somebody and brought in
    OTHER = 6

    @property
    def term(self) -> str:
        """The office's word for it, as files write it."""
        return ("rusak", "perubahan", "pindah", "meninggal", "temuan", "lain")[self - 1]

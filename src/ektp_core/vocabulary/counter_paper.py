"""Papers a person shows at the counter (berkas pemohon): a closed list. Numbers are stored. Rule 34."""

from enum import IntEnum


class CounterPaper(IntEnum):
    """A paper that was shown when the card was asked for."""

    OLD_CARD = 1
    FAMILY_CARD = 2  # or a copy of it
    POLICE_LETTER = 3
    OTHER = 4  # named in a few words beside it

    @property
    def term(self) -> str:
        """The office's word for it."""
        return ("kartu lama", "kartu keluarga (KK)", "surat kehilangan dari kepolisian", "berkas lain")[self - 1]

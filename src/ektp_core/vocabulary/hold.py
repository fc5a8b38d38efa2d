"""Why a record is held back (penahanan): a closed list of kinds; numbers are stored and never change.

A hold may lie on any state before delivery (rule 5). Who may set and who may lift each kind
stands in `ektp_core.flow.holds`, beside the people's roles.
"""

from enum import IntEnum


class HoldKind(IntEnum):
    """One reason to wait; a record may have several at once, each kind once."""

    UNDER_AGE = 1  # belum 17 tahun; lifts itself on the birthday
    DUPLICATE_CHECK = 2  # pemeriksaan rekam ganda
    DEATH_REPORT = 3  # laporan kematian
    BATCH = 4  # menunggu satu daftar lengkap (rule 35)
    INQUIRY = 5  # pemeriksaan perkara
    IDENTITY = 6  # sidik jari tidak cocok (rule 18)

    @property
    def stops_printing(self) -> bool:
        """Whether authorising is refused as well as hand-over.

        A batch waits for its members to be printed, so its hold stops the hand-over only.
        """
        return self is not HoldKind.BATCH

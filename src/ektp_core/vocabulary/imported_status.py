"""Status codes of an imported person (status rekam KTP-el), as OpenSID numbers them (rule 4).

The order of the last four is not the order of life: 7 comes before 4, 4 before 6, 6 before 8.

>>> ImportedStatus(7).name, ImportedStatus(7).is_half_finished
('SENT_FOR_CARD_PRINTING', True)
>>> ImportedStatus(5).is_half_finished
False
"""

from enum import IntEnum


class ImportedStatus(IntEnum):
    """Where the old system left a person."""

    NOT_DUE = 1  # belum wajib
    NOT_RECORDED = 2  # belum rekam
    RECORDED = 3  # sudah rekam
    CARD_PRINTED = 4
    PRINT_READY_RECORD = 5
    CARD_SHIPPED = 6
    SENT_FOR_CARD_PRINTING = 7
    CARD_ISSUED = 8

    @property
    def is_half_finished(self) -> bool:
        """Whether a card may exist that no blank of ours became: the record comes in locked."""
        return self >= ImportedStatus.CARD_PRINTED and self is not ImportedStatus.PRINT_READY_RECORD

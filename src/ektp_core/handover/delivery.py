"""Words of a hand-over (pendistribusian): who takes the card, and what becomes of the old one (rules 3, 35)."""

from enum import IntEnum


class Receiver(IntEnum):
    """Who takes the card. Numbers are stored."""

    HOLDER = 1  # pemegang sendiri
    FAMILY = 2  # anggota keluarga dalam satu KK
    PROXY = 3  # kuasa, with a letter


class OldCard(IntEnum):
    """What the citizen brings when an old card is due at hand-over. Numbers are stored."""

    NONE = 1
    SURRENDERED = 2
    DECLARED_LOST = 3  # with number and date of the letter

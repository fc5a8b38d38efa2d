"""Words about finished cards (kartu jadi): kinds of lists, and judgements of a double recording. Numbers are stored."""

from enum import IntEnum


class ListKind(IntEnum):
    """What a named list of cards is for (rule 35)."""

    BATCH = 1  # handed out together, when complete
    OUTING = 2  # carried out to a village, a neighbourhood or an outreach day, and what is left brought back


class Judgement(IntEnum):
    """What people found of a second recording (rule 2)."""

    SAME_PERSON = 1  # rekam ganda: the second recording is dropped
    OTHER_PERSON = 2  # the NIK is wrong in one of them; the registry must correct it

"""Where the citizen of a paper becomes a keyed hash (surat di pintu pusat): rules 14 and 36."""

from ektp_core.flow.old_cards import TakeOldCard
from ektp_core.flow.suket import RegisterSuket
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.region import Regions
from ektp_core.wire.letters import OldCardEntry, SuketEntry
from ektp_keys.pseudonym import Pseudonyms


def letter_of(entry: SuketEntry, pseudonyms: Pseudonyms, regions: Regions) -> RegisterSuket:
    """The letter as it is decided, without the citizen's number.

    Raises:
        Refused: BAD_VALUE or UNKNOWN_REGION for the office, BAD_NIK for the number.
    """
    office = PartyId.parse(entry.office, "office")
    if office.region:
        regions.require(office.region, "office")
    person = pseudonyms.person(Nik.parse(entry.nik).reveal())
    return RegisterSuket(entry.office, entry.number, entry.date, entry.reason, entry.status, person, entry.expiry)


def old_card_of(entry: OldCardEntry, pseudonyms: Pseudonyms) -> TakeOldCard:
    """The old cards as they are decided; the number is empty where it cannot be read.

    Raises:
        Refused: BAD_NIK.
    """
    person = pseudonyms.person(Nik.parse(entry.nik).reveal()) if entry.nik else b""
    return TakeOldCard(entry.office, entry.reason, entry.date, entry.punched, entry.count, entry.uid, person)

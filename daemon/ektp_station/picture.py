"""From a print-ready record to the card's picture (dari rekaman ke gambar kartu)."""

from ektp_core.boundary.card_printer import Artwork
from ektp_core.vocabulary.prr import PrintReadyRecord
from ektp_core.vocabulary.region import RegionLevel, Regions
from ektp_station.artwork import CardText, draw_card


def picture_of(record: PrintReadyRecord, regions: Regions) -> Artwork:
    """The generic specimen card of a record."""
    return draw_card(card_text(record, regions))


def specimen() -> Artwork:
    """A test card: every part of the layout and nobody's data."""
    word = "UJI CETAK"
    return draw_card(CardText("0" * 16, word, word, "01-01-2000", *(word,) * 10))


def card_text(record: PrintReadyRecord, regions: Regions) -> CardText:
    """The words on the card."""
    home = record.village
    return CardText(
        nik=record.nik.reveal(),
        name=record.name,
        birth_place=record.birth_place,
        birth_date=record.birth_date.strftime("%d-%m-%Y"),
        sex="PEREMPUAN" if record.sex.term == "P" else "LAKI-LAKI",
        address=record.address,
        rt_rw=record.rt_rw,
        village=regions.name(str(home)),
        district=regions.name(str(record.district)),
        regency=regions.name(str(record.regency)),
        province=regions.name(str(home.cut(RegionLevel.PROVINCE))),
        religion=record.religion,
        marital_status=record.marital_status,
        occupation=record.occupation,
        nationality=record.nationality,
        blood_type=record.blood_type,
    )

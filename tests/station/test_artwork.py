"""The picture of a card: the right words, nobody's face, quick enough, and no NIK in its repr."""

import io
from time import perf_counter

import pytest
from attrs import evolve, fields
from PIL import Image, ImageChops

from ektp_station import artwork
from ektp_station.artwork import CardText, draw_card

ANYBODY = CardText(
    nik="5203014101900001", name="BAIQ CONTOH", birth_place="SELONG", birth_date="01-01-1990", sex="PEREMPUAN",
    address="JL. CONTOH NO. 1", rt_rw="001/002", village="PANCOR", district="SELONG", regency="KAB. LOMBOK TIMUR",
    province="NUSA TENGGARA BARAT", religion="ISLAM", marital_status="KAWIN", occupation="GURU",
)  # fmt: skip


def picture(text: CardText, width_px: int = 1016, height_px: int = 648) -> Image.Image:
    image = Image.open(io.BytesIO(draw_card(text, width_px, height_px).front_png))
    return image.convert("RGB")


def where_they_differ(one: CardText, other: CardText) -> tuple[int, int, int, int] | None:
    return ImageChops.difference(picture(one), picture(other)).getbbox()


def test_the_picture_has_the_size_of_the_card_and_the_same_words_give_the_same_bytes() -> None:
    art = draw_card(ANYBODY)
    assert Image.open(io.BytesIO(art.front_png)).size == (1016, 648)
    assert art == draw_card(ANYBODY)
    assert art.back_png == b""


@pytest.mark.parametrize("name", [one.name for one in fields(CardText)])
def test_every_word_of_the_card_is_on_the_picture(name: str) -> None:
    changed = evolve(ANYBODY, **{name: "9876543210" if name == "nik" else "LAIN SEKALI"})
    assert where_they_differ(ANYBODY, changed) is not None


def test_specimen_stands_across_every_card() -> None:
    mask = artwork._specimen(1016, 648)
    box = mask.getbbox()
    assert box is not None and box[2] - box[0] > 700 and box[3] - box[1] > 300
    blank = artwork._background(1016, 648)
    inked = ImageChops.difference(picture(ANYBODY), blank).convert("L").point(lambda value: 255 * (value > 5))
    covered = ImageChops.multiply(inked, mask.point(lambda value: 255 * (value > 40)))
    assert covered.histogram()[255] > 0.95 * mask.histogram()[50]


def test_two_people_have_two_faces_and_one_person_has_one() -> None:
    box = artwork._portrait_box(1.0)
    faces = {picture(evolve(ANYBODY, nik=str(n))).crop(box).tobytes() for n in range(12)}
    assert len(faces) > 8
    differs = where_they_differ(ANYBODY, evolve(ANYBODY, address="JL. LAIN"))
    assert differs is not None and differs[0] > box[2]


def test_a_name_that_is_too_long_is_made_smaller_then_cut_and_the_cut_is_shown() -> None:
    whole, _, sunk = artwork._fitted("A" * 25, 34, 490)
    assert (whole, sunk > 0) == ("A" * 25, True)
    cut, font, _ = artwork._fitted("A" * 90, 34, 490)
    assert cut.endswith("A...") and font.getlength(cut) <= 490
    assert artwork._fitted("AB", 34, 490)[::2] == ("AB", 0)


def test_long_or_strange_words_stay_on_the_card() -> None:
    box = artwork._portrait_box(1.0)
    monster = CardText(*["W" * 500, "Ω漢\u202e\n\t" * 40] * 7)
    edge = picture(monster).crop((1000, 110, 1016, 600))
    assert ImageChops.difference(edge, picture(ANYBODY).crop((1000, 110, 1016, 600))).getbbox() is None
    assert box[2] < 334


def test_another_printer_gets_a_picture_of_its_own_size() -> None:
    assert picture(ANYBODY, 1276, 813).size == (1276, 813)
    assert picture(ANYBODY, 508, 324).size == (508, 324)


def test_no_personal_word_is_in_its_repr() -> None:
    assert repr(ANYBODY) == "CardText(nik='5203************')"


def test_a_card_is_drawn_in_a_few_milliseconds_and_few_bytes() -> None:
    draw_card(ANYBODY)
    times = []
    for n in range(10):
        began = perf_counter()
        art = draw_card(evolve(ANYBODY, nik=str(n)))
        times.append(perf_counter() - began)
    assert min(times) < 0.05  # a slow shared machine; 10 ms is usual
    assert len(art.front_png) < 120_000

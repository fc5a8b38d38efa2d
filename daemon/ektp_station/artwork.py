"""The picture of a card (gambar kartu): a generic layout, SPECIMEN across it, nobody real.

It is not the design of any real card: a portrait drawn from a hash, labels in Indonesian,
the font that comes with Pillow. What is the same on every card is drawn once a size; the
printer needs the rest in a few milliseconds. Knows nothing of records, locks or printers;
takes plain words and gives PNG bytes.
"""

import io
from functools import cache
from hashlib import sha256
from math import pi, sin

from attrs import evolve, field, frozen
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ektp_core.boundary.card_printer import Artwork

WIDTH_PX, HEIGHT_PX = 1016, 648
COLOURS = 256
LONGEST = 120  # characters; more never fit on one line
LABELS = (
    "Tempat/tgl lahir", "Jenis kelamin", "Alamat", "RT/RW", "Kel/desa", "Kecamatan",
    "Agama", "Status kawin", "Pekerjaan", "Warga negara",
)  # fmt: skip
_ROWS_TOP, _ROW = 224, 37
_INK = (28, 36, 44)
_LABEL = (104, 92, 74)
_TEAL = (22, 92, 98)
_CREAM = (250, 241, 219)
_SPECIMEN_INK = (150, 40, 40)
_WHITE = (255, 255, 255)

_Ink = tuple[int, int, int]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _masked(nik: str) -> str:
    return f"'{nik[:4]}{'*' * len(nik[4:])}'"


@frozen
class CardText:
    """The words on one card. Its repr shows the NIK's first four digits only."""

    nik: str = field(repr=_masked)
    name: str = field(repr=False)
    birth_place: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str = field(repr=False)
    address: str = field(repr=False)
    rt_rw: str = field(repr=False)
    village: str = field(repr=False)
    district: str = field(repr=False)
    regency: str = field(repr=False)
    province: str = field(repr=False)
    religion: str = field(repr=False)
    marital_status: str = field(repr=False)
    occupation: str = field(repr=False)
    nationality: str = field(repr=False, default="WNI")
    blood_type: str = field(repr=False, default="-")
    valid_until: str = field(repr=False, default="SEUMUR HIDUP")


def draw_card(text: CardText, width_px: int = WIDTH_PX, height_px: int = HEIGHT_PX) -> Artwork:
    """Draw one card's front."""
    card = _drawn(text, width_px, height_px)
    # A card has few colours: one palette for all saves more time and bytes than it costs.
    few = card.quantize(palette=_palette(width_px, height_px), dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", compress_level=1, dpi=(300, 300))
    return Artwork(out.getvalue())


def _drawn(text: CardText, width_px: int, height_px: int) -> Image.Image:
    card = _background(width_px, height_px).copy()
    unit = height_px / HEIGHT_PX
    _words(ImageDraw.Draw(card), text, unit)
    box = _portrait_box(unit)
    card.paste(_portrait(text, box[2] - box[0], box[3] - box[1]), box[:2])
    card.paste(_SPECIMEN_INK, (0, 0), _specimen(width_px, height_px))
    return card


@cache
def _palette(width_px: int, height_px: int) -> Image.Image:
    """The colours of all cards, taken from a sheet of portraits of made-up people."""
    sheet = Image.new("RGB", (width_px, height_px * 2))
    someone = CardText(*("CONTOH",) * 14)
    sheet.paste(_drawn(someone, width_px, height_px), (0, 0))
    wide, high = width_px // 8, height_px // 4
    for place in range(32):
        face = _portrait(evolve(someone, nik=str(place)), wide, high)
        sheet.paste(face, (place % 8 * wide, height_px + place // 8 * high))
    sheet.paste(_SPECIMEN_INK, (0, height_px), _specimen(width_px, height_px))
    return sheet.quantize(COLOURS, Image.Quantize.FASTOCTREE)


@cache
def _font(size_px: int) -> _Font:
    return ImageFont.load_default(size_px)


# -- what differs from card to card -----------------------------------------------------


def _words(draw: ImageDraw.ImageDraw, text: CardText, unit: float) -> None:
    lines: list[tuple[float, float, str, float, _Ink, float]] = [
        (40, 22, f"PROVINSI {text.province}", 25, _WHITE, 640),
        (40, 54, text.regency, 25, _WHITE, 640),
        (390, 112, text.nik, 42, _INK, 430),
        (334, 168, text.name, 34, _TEAL, 490),
        (40, 586, text.valid_until, 22, _INK, 250),
    ]
    for row, words in enumerate(_values(text)):
        lines.append((520, _ROWS_TOP + row * _ROW, words, 23, _INK, 470))
    for x, y, words, size, ink, limit in lines:
        fitted, font, sunk = _fitted(words, size * unit, limit * unit)
        draw.text((x * unit, y * unit + sunk), fitted, font=font, fill=ink)


def _values(text: CardText) -> tuple[str, ...]:
    return (
        f"{text.birth_place}, {text.birth_date}",
        f"{text.sex}, gol. darah {text.blood_type}",
        text.address,
        text.rt_rw,
        text.village,
        text.district,
        text.religion,
        text.marital_status,
        text.occupation,
        text.nationality,
    )


def _fitted(words: str, size_px: float, limit_px: float) -> tuple[str, _Font, float]:
    """Long words become smaller, then are cut, and a cut is shown; smaller ones sink a little."""
    words = " ".join(words.split())[:LONGEST]
    for smaller in (1.0, 0.85, 0.7):
        font = _font(round(size_px * smaller))
        if font.getlength(words) <= limit_px:
            return words, font, size_px * (1 - smaller) * 0.6
    while words and font.getlength(f"{words}...") > limit_px:
        words = words[:-1]
    return f"{words.rstrip()}...", font, size_px * 0.18


def _portrait_box(unit: float) -> tuple[int, int, int, int]:
    return (round(40 * unit), round(126 * unit), round(298 * unit), round(546 * unit))


def _portrait(text: CardText, width: int, height: int) -> Image.Image:
    """A face made of shapes: nobody's, and always the same for the same person."""
    seed = sha256(f"{text.nik}|{text.name}".encode()).digest()
    tints = ((187, 205, 214), (214, 203, 187), (196, 212, 190), (212, 196, 208))
    skins = ((226, 178, 140), (205, 152, 112), (184, 130, 92), (160, 108, 76))
    coats = ((44, 72, 110), (108, 52, 58), (54, 92, 74), (74, 68, 92), (130, 96, 48))
    hair = ((30, 26, 26), (48, 36, 30), (88, 84, 84))[seed[2] % 3]
    face = Image.new("RGB", (width, height), tints[seed[0] % len(tints)])
    draw = ImageDraw.Draw(face)
    middle, skin = width // 2, skins[seed[1] % len(skins)]
    half, tall = width * (27 + seed[3] % 5) // 100, height * (21 + seed[4] % 3) // 100
    centre, neck = height * 42 // 100, half * 4 // 10
    coat, shoulder = coats[seed[5] % len(coats)], width * 48 // 100
    draw.ellipse((middle - shoulder, height * 70 // 100, middle + shoulder, height * 13 // 10), fill=coat)
    _hair_behind(draw, (middle, centre), (half, tall), hair, long=text.sex.upper().startswith("P"))
    draw.rectangle((middle - neck, centre, middle + neck, height * 74 // 100), fill=skin)
    draw.ellipse((middle - neck, height * 70 // 100, middle + neck, height * 78 // 100), fill=skin)
    round_face = (middle - half, centre - tall, middle + half, centre + tall)
    draw.ellipse(round_face, fill=skin)
    draw.chord(round_face, 200, 340, fill=hair)
    _features(draw, (middle, centre), (half, tall), glasses=seed[7] % 3 == 0)
    return face.filter(ImageFilter.SMOOTH)


def _hair_behind(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], size: tuple[int, int], hair: _Ink, *, long: bool
) -> None:
    (x, y), (w, h) = at, size
    low = y + h * 14 // 10 if long else y + h // 5
    draw.rounded_rectangle((x - w * 11 // 10, y - h * 11 // 10, x + w * 11 // 10, low), radius=w, fill=hair)


def _features(draw: ImageDraw.ImageDraw, at: tuple[int, int], size: tuple[int, int], *, glasses: bool) -> None:
    (x, y), (w, h) = at, size
    eye = max(w // 11, 1)
    for side in (-1, 1):
        ex = x + side * w * 4 // 10
        draw.ellipse((ex - eye, y - eye, ex + eye, y + eye), fill=(34, 28, 26))
        if glasses:
            rim = (ex - 3 * eye, y - 3 * eye, ex + 3 * eye, y + 3 * eye)
            draw.ellipse(rim, outline=(40, 40, 44), width=2)
    if glasses:
        draw.line((x - w // 10, y, x + w // 10, y), fill=(40, 40, 44), width=2)
    draw.line((x, y + h // 6, x - w // 12, y + h // 3), fill=(120, 78, 56), width=2)
    draw.arc((x - w // 3, y + h * 3 // 10, x + w // 3, y + h * 6 // 10), 20, 160, fill=(136, 64, 58), width=3)


# -- what is the same on every card -----------------------------------------------------


@cache
def _background(width_px: int, height_px: int) -> Image.Image:
    unit = height_px / HEIGHT_PX
    card = Image.new("RGB", (width_px, height_px), _CREAM)
    draw = ImageDraw.Draw(card)
    _waves(draw, width_px, height_px)
    draw.rectangle((0, 0, width_px, round(94 * unit)), fill=_TEAL)
    draw.rectangle((0, round(94 * unit), width_px, round(99 * unit)), fill=(214, 158, 62))
    title = _font(round(30 * unit))
    draw.text((width_px - 40 * unit, 48 * unit), "KARTU IDENTITAS", font=title, fill="white", anchor="rm")
    _chip(draw, (round(868 * unit), round(124 * unit)), unit)
    left, top, right, bottom = _portrait_box(unit)
    draw.rectangle((left - 3, top - 3, right + 2, bottom + 2), outline=_TEAL, width=3)
    _labels(draw, unit)
    small = _font(round(14 * unit))
    note = "CONTOH - BUKAN DOKUMEN RESMI"
    draw.text((width_px - 40 * unit, 620 * unit), note, font=small, fill=_LABEL, anchor="rm")
    return card


def _labels(draw: ImageDraw.ImageDraw, unit: float) -> None:
    small, smaller = _font(round(18 * unit)), _font(round(15 * unit))
    draw.text((334 * unit, 126 * unit), "NIK", font=_font(round(22 * unit)), fill=_LABEL)
    for row, label in enumerate(LABELS):
        draw.text((334 * unit, (_ROWS_TOP + 3 + row * _ROW) * unit), label, font=small, fill=_LABEL)
    draw.text((40 * unit, 566 * unit), "BERLAKU HINGGA", font=smaller, fill=_LABEL)


def _waves(draw: ImageDraw.ImageDraw, width_px: int, height_px: int) -> None:
    """Fine crossing lines, as on security paper."""
    for line in range(16):
        base = height_px * (0.2 + 0.055 * line)
        for swing, ink in ((26, (232, 214, 176)), (-18, (226, 220, 192))):
            turn = 4 * pi / width_px
            points = [(x, base + swing * sin(x * turn + line / 2.55)) for x in range(0, width_px + 8, 8)]
            draw.line(points, fill=ink, width=1)


def _chip(draw: ImageDraw.ImageDraw, at: tuple[int, int], unit: float) -> None:
    x, y = at
    wide, high, gold, edge = round(104 * unit), round(78 * unit), (222, 184, 92), (150, 116, 44)
    draw.rounded_rectangle((x, y, x + wide, y + high), radius=round(12 * unit), fill=gold, outline=edge, width=2)
    for part in (1, 2):
        level = y + high * part // 3
        draw.line((x, level, x + wide * 35 // 100, level), fill=edge, width=2)
        draw.line((x + wide * 65 // 100, level, x + wide, level), fill=edge, width=2)
    inner = (x + wide * 35 // 100, y + high // 5, x + wide * 65 // 100, y + high * 4 // 5)
    draw.rounded_rectangle(inner, radius=round(6 * unit), outline=edge, width=2)


@cache
def _specimen(width_px: int, height_px: int) -> Image.Image:
    """How much of the big word lies on each point."""
    mask = Image.new("L", (width_px, width_px), 0)
    font = _font(round(height_px * 0.255))
    middle = width_px / 2
    ImageDraw.Draw(mask).text(
        (middle, middle), "SPECIMEN", font=font, fill=50, stroke_width=round(height_px * 0.006), anchor="mm"
    )
    spun = mask.rotate(24, Image.Resampling.BICUBIC)
    top = (width_px - height_px) // 2
    return spun.crop((0, top, width_px, top + height_px))

"""A person's look at a finished card (pemeriksaan kartu oleh operator).

The operator holds the card beside what should be on it and says what is wrong, in the words
an office would write down. Only pictures are compared: no job record, no counter, no truth.
This is a scripted person for demonstrations and tests; a station never asks it.
"""

import io

from PIL import Image, ImageChops

#: Points of the reduced picture; a single letter that differs covers more than this.
REDUCED = 4
SEEN_DIFFERENCE = 48
SEEN_POINTS = 3
_WHITE = 245


def what_is_wrong(expected_png: bytes, found_png: bytes) -> str:
    """What a person sees wrong with the card; empty when it looks right."""
    if expected_png == found_png:
        return ""
    expected, found = _seen(expected_png), _seen(found_png)
    if found is None:
        return "there is no picture on the card"
    if expected is None or expected.size != found.size:
        return "the card shows something else"
    differs = _differs(expected, found)
    if sum(differs.histogram()[SEEN_DIFFERENCE:]) < SEEN_POINTS:
        return ""
    return _named(expected, found)


def looks_right(expected_png: bytes, found_png: bytes) -> bool:
    """Whether the card looks as it should."""
    return not what_is_wrong(expected_png, found_png)


def _seen(png: bytes) -> Image.Image | None:
    try:
        return Image.open(io.BytesIO(png)).convert("RGB").reduce(REDUCED)
    except (OSError, ValueError, SyntaxError):
        return None


def _differs(expected: Image.Image, found: Image.Image) -> Image.Image:
    """How much each point differs in the channel that differs most."""
    red, green, blue = ImageChops.difference(expected, found).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _named(expected: Image.Image, found: Image.Image) -> str:
    width, height = found.size
    if _is_white(found):
        return "there is no picture on the card"
    if _is_white(found.crop((width * 2 // 3, 0, width, height))):
        return "the picture stops half way"
    if any(_is_white(found.crop((0, y, width, y + 1))) for y in range(height)):
        return "there are streaks across the card"
    if any(_only_in(expected, found, channel) for channel in range(3)):
        return "a colour is missing"
    if _only_lighter(expected, found):
        return "letters are missing"
    return "the card shows something else"


def _is_white(part: Image.Image) -> bool:
    darkest = ImageChops.darker(ImageChops.darker(*part.split()[:2]), part.split()[2])
    return not sum(darkest.histogram()[:_WHITE])


def _only_in(expected: Image.Image, found: Image.Image, channel: int) -> bool:
    bands = ImageChops.difference(expected, found).split()
    others = (band for number, band in enumerate(bands) if number != channel)
    return not any(sum(band.histogram()[SEEN_DIFFERENCE:]) for band in others)


def _only_lighter(expected: Image.Image, found: Image.Image) -> bool:
    darker = ImageChops.subtract(expected.convert("L"), found.convert("L"))
    return sum(darker.histogram()[SEEN_DIFFERENCE:]) < SEEN_POINTS

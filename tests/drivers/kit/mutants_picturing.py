"""Broken drivers that print one whole card for one leave, with a picture that is not that leave's."""

import io
from collections.abc import Callable
from contextlib import suppress

from PIL import Image, ImageOps

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    CardPrinter,
    DriverError,
    DriverLost,
    DriverTimeout,
    PrintToken,
    Station,
)  # fmt: skip
from tests.drivers.kit.mutant import Calls, Mutant, Rig, mutant


def prints_the_first_picture_for_ever(rig: Rig) -> Calls:
    """The first picture it was ever given goes on every card."""

    def prepare(art: Artwork, ms: int) -> None:
        first: Artwork = rig.memory.setdefault("first", art)
        rig.printer.prepare(first, ms)

    return {"prepare": prepare}


def prints_the_picture_before(rig: Rig) -> Calls:
    """The picture of the card before goes on each card."""

    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(art, ms)  # so that what is no picture is declined
        rig.printer.prepare(rig.memory.get("before", art), ms)
        rig.memory["before"] = art

    return {"prepare": prepare}


def keeps_the_picture_of_a_failed_card(rig: Rig) -> Calls:
    """A picture that was not printed stays in its memory and goes on the next card."""

    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(art, ms)
        rig.memory.setdefault("kept", art)

    def mark(token: PrintToken, ms: int) -> str:
        kept = rig.memory.get("kept")
        if kept is not None:
            rig.printer.prepare(kept, ms)
        job = rig.printer.mark(token, ms)
        rig.memory.pop("kept", None)
        return job

    return {"prepare": prepare, "mark": mark}


def _changed(png: bytes, change: Callable[[Image.Image], Image.Image]) -> Artwork:
    with Image.open(io.BytesIO(png)) as found:
        out = io.BytesIO()
        change(found.convert("RGB")).save(out, "PNG", compress_level=1)
    return Artwork(out.getvalue())


def leaves_out_black(rig: Rig) -> Calls:
    """The black panel is never sent: letters are missing."""

    def bleached(image: Image.Image) -> Image.Image:
        dark = image.convert("L").point(lambda value: 255 if value < 40 else 0)
        return Image.composite(Image.new("RGB", image.size, "white"), image, dark)

    return {"prepare": lambda art, ms: _prepare(rig, art, bleached, ms)}


def mirrors_the_picture(rig: Rig) -> Calls:
    """Left is right on the card."""
    return {"prepare": lambda art, ms: _prepare(rig, art, ImageOps.mirror, ms)}


def prints_an_empty_card(rig: Rig) -> Calls:
    """Every panel is sent, and every one is empty."""
    return {"prepare": lambda art, ms: _prepare(rig, art, lambda image: Image.new("RGB", image.size, "white"), ms)}


def _prepare(rig: Rig, art: Artwork, change: Callable[[Image.Image], Image.Image], ms: int) -> None:
    rig.printer.prepare(art, ms)  # so that what is no picture is declined
    rig.printer.prepare(_changed(art.front_png, change), ms)


def makes_the_card_of_the_leave_before_again(rig: Rig) -> Calls:
    """When a print's answer is lost it makes one more whole card: the one of the leave before."""
    memory = rig.memory.setdefault("leaves", [])
    given: dict[str, bytes] = {}

    def prepare(art: Artwork, ms: int) -> None:
        rig.printer.prepare(art, ms)
        given["art"] = art.front_png

    def encode(content: bytes, ms: int) -> bytes:
        given["chip"] = content
        return rig.printer.encode(content, ms)

    def mark(token: PrintToken, ms: int) -> str:
        try:
            job = rig.printer.mark(token, ms)
        except (DriverLost, DriverTimeout):
            if memory:
                again = rig.reopen()
                with suppress(DriverError):
                    _whole_card(again, given["chip"], *memory[-1])
                again.close()
            raise
        memory.append((token, given["art"]))
        return job

    return {"prepare": prepare, "encode": encode, "mark": mark}


def _whole_card(printer: CardPrinter, chip: bytes, token: PrintToken, png: bytes) -> None:
    ms = 5_000
    printer.reserve("kit", ms)
    printer.deliver(Bin.OUTPUT, ms)
    printer.feed(ms)
    printer.move(Station.CONTACTLESS, ms)
    printer.encode(chip, ms)
    printer.move(Station.HEAD, ms)
    printer.prepare(Artwork(png), ms)
    printer.mark(token, ms)
    printer.deliver(Bin.OUTPUT, ms)


PICTURING: tuple[Mutant, ...] = (
    mutant(prints_the_first_picture_for_ever, "own-picture", "whole-card"),
    mutant(prints_the_picture_before, "own-picture", "whole-card"),
    mutant(keeps_the_picture_of_a_failed_card, "own-picture", "jam"),
    mutant(leaves_out_black, "own-picture", "own-process"),
    mutant(mirrors_the_picture, "own-picture"),
    mutant(makes_the_card_of_the_leave_before_again, "lost-reply"),
    mutant(prints_an_empty_card, "own-picture", "good-needs-evidence"),
)

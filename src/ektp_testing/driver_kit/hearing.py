"""Everything a driver says in a check (pendengaran): answers, errors, what it prints and what it logs.

The kit puts a made-up citizen's number on each picture and each chip. Nobody may hear it again: not in
an answer, an error or what led to it, a notice, a maker's code, a job's id, and not on standard output,
standard error or in a log (rule 40). It is looked for in clear, split by blanks or dots, as bytes in
hexadecimal, and as a station's log would show it masked. Half of it is enough to be found. Only
what a chip holds is not listened to: to give that back is what was asked for.
"""

import logging
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from enum import Enum
from io import FileIO
from typing import Any, TextIO, TypeVar, cast

import attrs
from attrs import define, field

from ektp_core.boundary.card_printer import CardPrinter
from ektp_testing.driver_kit.picture import CANARY

T = TypeVar("T")

#: So many digits in a row are the number, wherever they stand in it: a quotation may be cut.
LEAST = 8
#: What a chip holds is asked for and given.
_GIVES_CONTENT = frozenset({"read_chip", "encode"})
_PRINTED = "what it printed or logged"


def _any_part(parts: list[str], between: str) -> str:
    return "|".join(between.join(parts[at : at + LEAST]) for at in range(len(parts) - LEAST + 1))


_PARTS = (
    _any_part(list(CANARY), r"[\s._/-]{0,2}"),
    _any_part([f"{ord(digit):02x}" for digit in CANARY], r"(?:\\x|0x|[\s.,:_-]){0,2}"),
    rf"{CANARY[:4]}\*{{4,}}",  # a station's log hides the rest of it
)
_NUMBER = re.compile(f"(?:{'|'.join(_PARTS)})+", re.IGNORECASE)


def says_the_number(text: str) -> bool:
    """Whether the number, or half of it, can be read there."""
    return bool(_NUMBER.search(text))


@define(eq=False)
class Ear:
    """What one driver says; it notes where the number was heard, and never the number."""

    heard_in: list[str] = field(factory=list)
    _paper: "_Paper | None" = field(init=False, default=None)

    def listen(self, where: str, *said: object) -> None:
        """Note where the number was said, once."""
        if where not in self.heard_in and any(says_the_number(text) for one in said for text in _texts(one)):
            self.heard_in.append(where)

    def heard(self, where: str, call: Callable[[], T], *, is_content: bool = False) -> T:
        """Do it, and listen to what it gives or raises."""
        try:
            answer = call()
        except BaseException as error:
            self.listen(f"an error of {where}", *_told_by(error))
            raise
        if not is_content:
            self.listen(f"what {where} gave", answer)
        return answer

    def found(self) -> str:
        """Where it was heard since this was last asked, in words; nothing if nowhere."""
        places, self.heard_in = self.heard_in, []
        return f"the number on the picture or the chip was said in {', '.join(places)}" if places else ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to what is printed and logged meanwhile; afterwards it is passed on, without the number."""
        paper = self._paper = self._paper or _Paper()
        start = paper.written.seek(0, os.SEEK_END)
        try:
            with ExitStack() as held:
                for number in (1, 2):
                    held.enter_context(_redirected(number, paper.written.fileno()))
                held.enter_context(redirect_stdout(paper.words))
                held.enter_context(redirect_stderr(paper.words))
                held.enter_context(_logged(self))
                held.callback(paper.words.flush)
                yield
        finally:
            paper.written.seek(start)
            text = paper.written.readall().decode("utf-8", "replace")
            self.listen(_PRINTED, text)
            if text:
                with suppress(OSError, ValueError):
                    sys.stderr.write(_NUMBER.sub("(the number)", text))

    def close(self) -> None:
        """Forget what was printed."""
        if self._paper:
            self._paper.words.close()
            self._paper.written.close()
            self._paper = None


@define(eq=False)
class _Paper:
    """Where everything printed goes; one for a whole judgement, as a driver's log may hold on to it."""

    written: FileIO = field(init=False)
    words: TextIO = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.written = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115  # closed with the ear
        descriptor = os.dup(self.written.fileno())
        self.words = open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115  # too


class Heard:
    """A printer whose every answer and error is listened to. Implements `CardPrinter` by passing on."""

    def __init__(self, printer: CardPrinter, ear: Ear) -> None:
        self._printer, self._ear = printer, ear

    def __getattr__(self, name: str) -> Any:
        """The printer's own call, listened to."""
        found, ear = getattr(self._printer, name), self._ear

        def call(*arguments: object) -> object:
            return ear.heard(name, lambda: found(*arguments), is_content=name in _GIVES_CONTENT)

        return call


def listened_to(printer: CardPrinter, ear: Ear) -> CardPrinter:
    """The same printer, with an ear at every call."""
    heard: CardPrinter = Heard(printer, ear)
    return heard


class _Logged(logging.Handler):
    """Every line of every log of this process."""

    def __init__(self, ear: Ear) -> None:
        super().__init__(logging.NOTSET)
        self._ear = ear

    def emit(self, record: logging.LogRecord) -> None:
        """Listen to the line, and to the error told with it."""
        with suppress(Exception):  # a line that cannot be made is never shown either
            self._ear.listen(_PRINTED, record.getMessage())
        if record.exc_info and record.exc_info[1]:
            self._ear.listen(_PRINTED, *_told_by(record.exc_info[1]))


@contextmanager
def _logged(ear: Ear) -> Iterator[None]:
    root, handler = logging.getLogger(), _Logged(ear)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


@contextmanager
def _redirected(number: int, to: int) -> Iterator[None]:
    """What a library writes to this descriptor by itself goes there too."""
    try:
        kept = os.dup(number)
    except OSError:  # a program without a window has none
        yield
        return
    os.dup2(to, number)
    try:
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)


def _told_by(error: BaseException | None) -> Iterator[str]:
    """What a trace of it would show: the error, what led to it, and what was noted with it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield str(error)
        yield from _texts(getattr(error, "__notes__", ()))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _texts(said: object) -> Iterator[str]:
    """Every text in it, however deep."""
    match said:
        case str():
            yield said
        case bytes() | bytearray():
            yield bytes(said).decode("latin-1")
        case Enum():
            yield from _texts(said.value)
        case Mapping():
            yield from _texts([*said.keys(), *said.values()])
        case list() | tuple() | set() | frozenset():
            for one in said:
                yield from _texts(one)
        case _ if attrs.has(type(said)):
            yield from _texts(attrs.asdict(cast(attrs.AttrsInstance, said), recurse=False))
        case None | bool() | int() | float():
            yield str(said)
        case _:
            return  # an object of the driver's own, such as an open printer

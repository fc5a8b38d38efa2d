"""Texts in the reader's language (bahasa): the English message ids, or Indonesian.

A message id is an English sentence with named places, `{station}`. Facts are put in after
translation and never read again, so braces in a fact stay braces. A fact that is itself a
phrase of ours ("15 characters") is translated too: its numbers are taken out, the phrase
`{0} characters` is looked up, and the numbers are put back.

>>> print(translator("id").what(Refused(Refusal.BAD_VALUE, {"field": "rt_rw", "shape": "3 characters"})))
Nilai pada rt_rw tidak mungkin benar: 3 karakter.
>>> translator("en").text("There is no station {station}.")
'There is no station ?.'
"""

import gettext
import io
import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from importlib import resources

from attrs import field, frozen

from ektp_core.errors import Fact, Refusal, Refused

_PLACE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"[0-9]+")
_LIST_SEPARATOR = ", "


class Language(Enum):
    """A language this package has texts in."""

    ENGLISH = "en"
    INDONESIAN = "id"


@frozen
class Translator:
    """Turns message ids and facts into sentences of one language."""

    language: Language
    _look_up: Callable[[str], str] = field(repr=False, eq=False)

    def text(self, message: str, /, **facts: Fact) -> str:
        """The message in this language with its facts; a fact nobody gave shows as `?`."""
        return _filled(self._look_up(message), self._shown(facts))

    def refusal(self, refused: Refused) -> str:
        """What is wrong and what to do, in two sentences."""
        what, remedy = self.what(refused), self.remedy(refused)
        return f"{what} {remedy}".strip()

    def what(self, refused: Refused) -> str:
        """What is wrong."""
        return _filled(self._look_up(refused.refusal.what), self._shown(refused.facts))

    def remedy(self, refused: Refused) -> str:
        """What to do about it."""
        return _filled(self._look_up(refused.refusal.remedy), self._shown(refused.facts))

    def _shown(self, facts: Mapping[str, Fact]) -> dict[str, str]:
        return {name: self._fact(fact) for name, fact in facts.items()}

    def _fact(self, fact: Fact) -> str:
        if isinstance(fact, tuple):
            return _LIST_SEPARATOR.join(self._phrase(part) for part in fact)
        return self._phrase(fact) if isinstance(fact, str) else str(fact)

    def _phrase(self, text: str) -> str:
        whole = self._look_up(text) if text else text
        if whole != text or not _NUMBER.search(text):
            return whole
        numbers = _NUMBER.findall(text)
        pattern = phrase_pattern(text)
        found = self._look_up(pattern)
        if found == pattern:
            return text
        return _filled(found, {str(place): number for place, number in enumerate(numbers)})


def phrase_pattern(text: str) -> str:
    """A phrase with its numbers taken out: `day 32 in month 13` is `day {0} in month {1}`."""
    places = iter(range(len(text)))
    return _NUMBER.sub(lambda _: f"{{{next(places)}}}", text)


def _filled(message: str, shown: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: shown.get(place.group(1), "?"), message)


@cache
def translator(language: str) -> Translator:
    """Texts of a language, `en` or `id`; a territory (`id_ID.UTF-8`) is ignored.

    Raises:
        Refused: BAD_VALUE for any other language.
    """
    short = re.split(r"[_.@-]", language.lower(), maxsplit=1)[0]
    if short not in {known.value for known in Language}:
        facts = {"field": "language", "shape": "not one of the list", "expected": "en, id"}
        raise Refused(Refusal.BAD_VALUE, facts)
    found = Language(short)
    return Translator(found, _same if found is Language.ENGLISH else _catalogue(found))


def _same(message: str) -> str:
    return message


def _catalogue(language: Language) -> Callable[[str], str]:
    compiled = resources.files("ektp_data").joinpath("locale", language.value, "LC_MESSAGES", "ektp.mo")
    return gettext.GNUTranslations(io.BytesIO(compiled.read_bytes())).gettext

"""Texts in the reader's language (bahasa): the English message ids, or Indonesian.

A message id is an English sentence with named places, `{station}`. Facts are put in after
translation and never read again, so braces in a fact stay braces. A fact that is itself of
ours is put into words first: a code (`STOCK`) by the name of its fact, a phrase ("15
characters") with its numbers taken out and put back, a short sentence by its places.

>>> print(translator("id").what(Refused(Refusal.BAD_VALUE, {"field": "rt_rw", "shape": "3 characters"})))
Nilai pada rt_rw tidak mungkin benar: 3 karakter.
>>> translator("en").text("There is no station {station}.")
'There is no station ?.'
>>> translator("en").text("It is {state}.", state="IN_PRESS")
'It is in the printer.'
"""

import gettext
import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from importlib import resources

from attrs import field, frozen

from ektp_core.errors import Fact, Refusal, Refused
from ektp_data.phrases import NAMES, SENTENCES, TERMS

_PLACE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"[0-9]+")
_LIST_SEPARATOR = ", "
_NOTHING = "-"

#: Facts that are a time, where they are a number: milliseconds UTC.
_TIMES = frozenset({"since", "until"})

#: A fact longer than this is nobody's phrase; it is shown as it is.
_LONGEST_PHRASE = 400

#: What is asked for the language, first to last.
_VARIABLES = ("EKTP_LANG", "LC_ALL", "LANG")


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

    def number(self, number: int) -> str:
        """A count with its thousands set apart: `10,000`, in Indonesian `10.000`."""
        shown = f"{number:,}"
        return shown if self.language is Language.ENGLISH else shown.replace(",", ".")

    def _shown(self, facts: Mapping[str, Fact]) -> dict[str, str]:
        return {name: visible(self._fact(name, fact)) for name, fact in facts.items()}

    def _fact(self, name: str, fact: Fact) -> str:
        if isinstance(fact, int):
            return _moment(fact) if name.rstrip("0123456789") in _TIMES else str(fact)
        if isinstance(fact, tuple):
            return _LIST_SEPARATOR.join(self._phrase(name, part) for part in fact) or _NOTHING
        return self._phrase(name, fact)

    def _phrase(self, name: str, text: str) -> str:
        name = name.rstrip("0123456789")
        terms = TERMS.get(name, {})
        if terms and all(part in terms for part in text.split(_LIST_SEPARATOR)):
            return _LIST_SEPARATOR.join(self._look_up(terms[part]) for part in text.split(_LIST_SEPARATOR))
        if not text or name in NAMES or len(text) > _LONGEST_PHRASE:
            return text
        whole = self._look_up(text)
        return whole if whole != text else self._with_numbers(text) or self._sentence(text) or text

    def _with_numbers(self, text: str) -> str:
        """A phrase of the catalogue with the numbers of this one, or nothing."""
        pattern = phrase_pattern(text)
        found = self._look_up(pattern)
        if found == pattern:
            return ""
        return _filled(found, {str(place): number for place, number in enumerate(_NUMBER.findall(text))})

    def _sentence(self, text: str) -> str:
        """A sentence of the list with what stands in its places put into words, or nothing."""
        for sentence, pattern in _sentences():
            found = pattern.fullmatch(text)
            if found:
                return _filled(self._look_up(sentence), self._shown(found.groupdict()))
        return ""


def visible(text: str) -> str:
    r"""Text of others as it may be shown: what would steer the screen, or turn a line round, is a sign instead.

    >>> visible("x\x1b[2J\u202ey"), visible("a\u00a0b\tc")
    ('x\ufffd[2J\ufffdy', 'a b c')
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def message(text: str) -> str:
    """The text itself: marks a message id that is said elsewhere, so that the catalogue gets it."""
    return text


def phrase_pattern(text: str) -> str:
    """A phrase with its numbers taken out: `day 32 in month 13` is `day {0} in month {1}`."""
    places = iter(range(len(text)))
    return _NUMBER.sub(lambda _: f"{{{next(places)}}}", text)


def _visible(letter: str) -> str:
    if letter.isprintable() or letter == "\n":
        return letter
    return " " if letter.isspace() else "\N{REPLACEMENT CHARACTER}"


@cache
def _sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((sentence, _matching(sentence)) for sentence in SENTENCES)


def _matching(sentence: str) -> re.Pattern[str]:
    parts = _PLACE.split(sentence)
    return re.compile("".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))


def _moment(at_ms: int) -> str:
    """A time as people write it; nothing for none."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC" if at_ms else _NOTHING


def _filled(text: str, shown: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: shown.get(place.group(1), "?"), text)


def chosen_language(environment: Mapping[str, str]) -> str:
    """The language a user asked for: EKTP_LANG, else what the system is set to if it is Indonesian, else English.

    >>> chosen_language({"EKTP_LANG": "", "LANG": "id_ID.UTF-8"}), chosen_language({"LANG": "nl_NL"})
    ('id', 'en')
    """
    chosen = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    short = _short(chosen)
    return short if short in _KNOWN else Language.ENGLISH.value


@cache
def translator(language: str) -> Translator:
    """Texts of a language, `en` or `id`; a territory (`id_ID.UTF-8`) is ignored.

    Raises:
        Refused: BAD_VALUE for any other language.
    """
    short = _short(language)
    if short not in _KNOWN:
        facts = {"field": "language", "shape": "not one of the list", "expected": "en, id"}
        raise Refused(Refusal.BAD_VALUE, facts)
    found = Language(short)
    return Translator(found, _same if found is Language.ENGLISH else _catalogue(found))


_KNOWN = frozenset(known.value for known in Language)


def _short(language: str) -> str:
    return re.split(r"[_.@-]", language.lower(), maxsplit=1)[0]


def _same(text: str) -> str:
    return text


def _catalogue(language: Language) -> Callable[[str], str]:
    compiled = resources.files("ektp_data").joinpath("locale", language.value, "LC_MESSAGES", "ektp.mo")
    found = gettext.GNUTranslations(io.BytesIO(compiled.read_bytes())).gettext
    return lambda text: found(text) if text else ""  # the empty id is the catalogue's own header

"""The Indonesian catalogue is complete, keeps every place, and the compiled file is the written one."""

import io
import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ektp_core.errors import Refusal
from ektp_data.catalogue import INDONESIAN, TEMPLATE, compiled, messages, template_text
from ektp_data.texts import translator

PLACE = re.compile(r"\{\w+\}")
CATALOGUE: Catalog = read_po(io.BytesIO(INDONESIAN.read_bytes()), locale="id")
TRANSLATED = {str(message.id): str(message.string) for message in CATALOGUE if message.id}


@pytest.mark.parametrize("refusal", Refusal, ids=lambda refusal: refusal.name)
def test_every_refusal_has_an_indonesian_text(refusal: Refusal) -> None:
    """What is wrong and what to do; not the English again, unless it is only a place."""
    indonesian = translator("id")
    for text in (refusal.what, refusal.remedy):
        assert TRANSLATED.get(text), f"run python -m ektp_data.catalogue and translate: {text}"
        assert TRANSLATED[text] != text or PLACE.fullmatch(text)
    assert indonesian.language.value == "id"


@pytest.mark.parametrize("message", messages())
def test_every_place_of_a_message_stands_in_its_translation(message: str) -> None:
    """A fact that is told in English is told in Indonesian, and no other."""
    assert sorted(PLACE.findall(TRANSLATED[message])) == sorted(PLACE.findall(message))
    assert TRANSLATED[message][-1:] == message[-1:] or message[-1] != "."


def test_the_catalogue_holds_the_messages_and_nothing_else() -> None:
    """No translation of a sentence that is gone, none marked as a guess."""
    assert set(TRANSLATED) == set(messages())
    assert not any(message.fuzzy for message in CATALOGUE if message.id)


def test_the_template_is_made_of_the_messages() -> None:
    """`ektp.pot` is what the messages give."""
    assert TEMPLATE.read_bytes() == template_text()


def test_the_compiled_file_is_what_the_written_one_compiles_to() -> None:
    """Nobody forgot to compile."""
    assert INDONESIAN.with_suffix(".mo").read_bytes() == compiled(INDONESIAN.read_bytes())


def test_the_words_of_the_house_are_used() -> None:
    """Blank is blangko, report is berita acara, allotment is jatah, in every text that has them."""
    for english, indonesian in ((r"\bblanks?\b", "blangko"), (r"\breport (does|is|that)\b", "berita acara"),
                                (r"\ballotment\b", "jatah"), (r"\bprinter\b", "printer")):  # fmt: skip
        found = [text for text in messages() if re.search(english, text, re.IGNORECASE)]
        assert found
        for text in found:
            assert indonesian in TRANSLATED[text].lower(), text

"""The Indonesian catalogue is complete, keeps every place, and the compiled file is the written one."""

import io
import re
from collections import Counter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ektp_core.errors import Refusal
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState
from ektp_core.vocabulary.verdict import Certainty, Outcome
from ektp_data.catalogue import INDONESIAN, TEMPLATE, compiled, messages, template_text
from ektp_data.phrases import PHRASES, SENTENCES, TERMS
from ektp_data.sources import said, told
from ektp_data.texts import translator

PLACE = re.compile(r"\{\w+\}")
CATALOGUE: Catalog = read_po(io.BytesIO(INDONESIAN.read_bytes()), locale="id")
TRANSLATED = {str(message.id): str(message.string) for message in CATALOGUE if message.id}

#: Words that are the same in both languages.
SAME = {"NIK", "printer"}

#: What may be put together without a word to translate: names beside one another.
NAMES_ALONE = re.compile(r"7( (or|is)? ?7)*")


@pytest.mark.parametrize("refusal", Refusal, ids=lambda refusal: refusal.name)
def test_every_refusal_has_an_indonesian_text(refusal: Refusal) -> None:
    """What is wrong and what to do; not the English again."""
    for text in (refusal.what, refusal.remedy):
        assert TRANSLATED.get(text), f"run python -m ektp_data.catalogue and translate: {text}"
        assert TRANSLATED[text] != text


def test_every_message_of_the_sources_has_an_indonesian_text() -> None:
    """Whatever a command, a daemon or the demo says literally; nothing is put together by an f-string."""
    found = [one for one in said() if not PLACE.fullmatch(one.text)]
    assert len(found) > 100
    assert [f"{one.place}: {one.text}" for one in found if not TRANSLATED.get(one.text)] == []


def test_every_phrase_of_the_facts_is_indonesian() -> None:
    """Shapes, expectations and reasons, also those with a number or a name in them."""
    indonesian = translator("id")
    phrases = [one for one in told() if not NAMES_ALONE.fullmatch(one.text)]
    assert len(phrases) > 200
    english = [f"{one.place}: {one.text}" for one in phrases if indonesian.text("{why}", why=one.text) == one.text]
    assert [one for one in english if one.rpartition(": ")[2] not in SAME] == []


@pytest.mark.parametrize("message", messages())
def test_every_place_of_a_message_stands_in_its_translation(message: str) -> None:
    """A fact that is told in English is told in Indonesian, and no other."""
    assert TRANSLATED[message], "untranslated"
    assert Counter(PLACE.findall(TRANSLATED[message])) == Counter(PLACE.findall(message))
    assert TRANSLATED[message][-1:] == message[-1:] or message[-1] != "."


def test_the_catalogue_holds_the_messages_and_nothing_else() -> None:
    """No translation of a sentence that is gone, none marked as a guess."""
    assert set(TRANSLATED) == set(messages())
    assert not any(message.fuzzy for message in CATALOGUE if message.id)


@pytest.mark.parametrize(
    ("fact", "codes"),
    [
        ("event", {one.name for one in (*LockEvent, *Outcome)} | {"nothing"}), ("state", {one.name for one in LockState}),
        ("allowed", {one.name for one in LockEvent} | {"nothing"}), ("bucket", {one.name for one in Bucket}),
        ("certainty", {one.name for one in Certainty}), ("column", {name for name, _ in Columns().named()}),
    ],
)  # fmt: skip
def test_every_code_that_stands_in_a_fact_has_words(fact: str, codes: set[str]) -> None:
    """A new state or event is told in words from the first day."""
    assert codes <= set(TERMS[fact])


def test_no_phrase_is_listed_twice() -> None:
    """Of two entries one would be mended and the other not."""
    assert [text for text, count in Counter((*PHRASES, *SENTENCES)).items() if count > 1] == []


def test_the_template_is_made_of_the_messages() -> None:
    """`ektp.pot` is what the messages give."""
    assert TEMPLATE.read_bytes() == template_text()


def test_the_compiled_file_is_what_the_written_one_compiles_to() -> None:
    """Nobody forgot to compile."""
    assert INDONESIAN.with_suffix(".mo").read_bytes() == compiled(INDONESIAN.read_bytes())


def test_the_words_of_the_house_are_used() -> None:
    """Blank is blangko, report is berita acara, station is mesin cetak, in every text that has them."""
    texts = messages()
    for english, indonesian in (
        (r"\bblanks?\b", "blangko"), (r"(?<!daily )\breport (does|is|that)\b", "berita acara"), (r"\ballotment\b", "jatah"),
        (r"\bprinters?\b", "printer"), (r"(?<!ektp )(?<!-)\bstations?\b(?!/|\.(toml|key|db))", "mesin cetak"), (r"(?<!`ektp )\bunlock(ed)?\b", "kunci"),
        (r"\bmisprint(ed)?\b", "gagal cetak"),
    ):  # fmt: skip
        found = [text for text in texts if re.search(english, PLACE.sub("", text), re.IGNORECASE)]
        assert found
        for text in found:
            assert indonesian in TRANSLATED[text].lower(), text
    assert not any("stasiun" in text.lower() for text in TRANSLATED.values())

"""Sentences of both languages: facts put in safely, phrases among the facts translated too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.region import Regions
from ektp_data.csv_records import read_records
from ektp_data.messy import messy_csv
from ektp_data.phrases import SENTENCES
from ektp_data.regions import load_regions
from ektp_data.texts import Language, Translator, chosen_language, phrase_pattern, translator


def test_a_refusal_reads_as_two_sentences_in_each_language() -> None:
    """Typed by hand."""
    refused = Refused(Refusal.BAD_NIK, {"field": "nik", "shape": "15 characters"})
    assert translator("en").refusal(refused) == (
        "The NIK in nik is not valid: 15 characters. "
        "A NIK has 16 digits: region, birth date (day + 40 for women), number. Type it again from the family card."
    )
    assert translator("id").refusal(refused) == (
        "NIK pada nik tidak sah: 15 karakter. NIK terdiri dari 16 angka: wilayah, tanggal lahir "
        "(hari + 40 untuk perempuan), nomor urut. Ketik lagi dari kartu keluarga."
    )


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_fact_nobody_gave_shows_as_a_question_mark(language: str) -> None:
    """The sentence is still told."""
    shown = translator(language).refusal(Refused(Refusal.NO_BLANK))
    assert "?" in shown and "{" not in shown


HOSTILE = st.text(alphabet="{}%$@\\abcdefield0123 \n!:.[]()", max_size=30)


@pytest.mark.parametrize("language", ["en", "id"])
@given(field=HOSTILE, shape=HOSTILE)
def test_whatever_a_fact_says_it_is_only_put_in(language: str, field: str, shape: str) -> None:
    """Braces, percent signs and format specs in facts stay as they are and open nothing."""
    shown = translator(language).text("<{field}|{shape}>", field=f"Q{field}", shape=f"Q{shape}")
    assert shown == f"<Q{field}|Q{shape}>"


def test_a_place_named_by_a_fact_is_not_filled() -> None:
    """Facts are put in once."""
    assert translator("en").text("{a} {b}", a="{b}", b="{a.__class__}") == "{b} {a.__class__}"


def test_facts_of_every_kind_are_shown() -> None:
    """A number, a list, a phrase with numbers, a phrase inside a list."""
    indonesian = translator("id")
    assert indonesian.text("{a} {b} {c}", a=7, b=("PNRI 1-2", "empty"), c="day 32") == "7 PNRI 1-2, kosong hari 32"


def test_numbers_of_a_phrase_keep_their_place_and_their_zeros() -> None:
    """`day 00` is not `day 0`."""
    assert phrase_pattern("day 00 in month 13") == "day {0} in month {1}"
    assert translator("id").text("{a}", a="day 00 in month 13") == "hari 00 dalam bulan 13"
    assert translator("id").text("{a}", a="a region code such as 52, 52.03, 52.03.05 or 52.03.05.2001") == (
        "kode wilayah seperti 52, 52.03, 52.03.05 atau 52.03.05.2001"
    )


def test_a_message_nobody_translated_stays_english() -> None:
    """Better a strange word than none."""
    assert translator("id").text("Something new {a}.", a="1") == "Something new 1."
    assert translator("id").text("{a}", a="") == ""


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_message_is_no_text(language: str) -> None:
    """The empty id is the header of the catalogue, which nobody wants to read."""
    assert translator(language).text("") == ""


@pytest.mark.parametrize(
    ("name", "language"),
    [("en", Language.ENGLISH), ("id", Language.INDONESIAN), ("id_ID.UTF-8", Language.INDONESIAN), ("EN-gb", Language.ENGLISH)],
)
def test_a_language_is_found_with_or_without_its_territory(name: str, language: Language) -> None:
    """As environment variables write it."""
    assert translator(name).language is language


@pytest.mark.parametrize("name", ["", "nl", "../id", "C", "idn"])
def test_another_language_is_refused(name: str) -> None:
    """The caller decides what to fall back to."""
    with pytest.raises(Refused) as caught:
        translator(name)
    assert caught.value.refusal is Refusal.BAD_VALUE


def phrases_of(refused: Refused) -> list[str]:
    """The facts that are phrases of ours: shape and expected."""
    return [str(refused.facts[name]) for name in ("shape", "expected") if isinstance(refused.facts.get(name), str)]


def assert_all_indonesian(indonesian: Translator, refused: Refused) -> None:
    """No phrase of a refusal stays English, unless it is a bare list of terms."""
    for phrase in phrases_of(refused):
        assert indonesian.text("{a}", a=phrase) != phrase or ", " in phrase or phrase == "kecamatan", phrase


def test_every_refusal_of_the_messy_file_is_indonesian_through_and_through() -> None:
    """What a clerk is shown has no English half."""
    regions: Regions = load_regions()
    batch = read_records(messy_csv(regions), regions)
    assert len(batch.bad) == 16
    for bad in batch.bad:
        assert_all_indonesian(translator("id"), bad.refusal)


@pytest.mark.parametrize("data", [b"", b"\xff", b"a\0", b"x\n", b"nik,nik\n", b"nik\n1", b'"nik"x\n', b"nik,\n"])
def test_every_refusal_of_a_whole_file_is_indonesian_through_and_through(data: bytes) -> None:
    """Shapes and expectations of BAD_FILE."""
    with pytest.raises(Refused) as caught:
        read_records(data, load_regions())
    assert_all_indonesian(translator("id"), caught.value)


# -- codes, sentences and counts among the facts ----------------------------------------------


def test_a_code_is_put_into_words_by_the_name_of_its_fact() -> None:
    """LOST is a bucket here, and a name anybody may bear there."""
    assert translator("en").text("{bucket} {name}", bucket="GOOD_HELD", name="GOOD_HELD") == "good held GOOD_HELD"
    assert translator("id").text("{bucket2}", bucket2="LOST") == "hilang"
    assert translator("id").text("{state}", state="NEW_STATE") == "NEW_STATE"


def test_a_name_that_nobody_gave_is_told_in_words() -> None:
    """Names are never read as phrases, but what stands in the place of one is."""
    refused = Refused(Refusal.NOT_HELD, {"serials": "PNRI-18 5", "party": "anybody", "bucket": "any place"})
    assert translator("id").what(refused) == (
        'Blangko ini tidak tercatat di pihak mana pun sebagai "persediaan atau kartu": PNRI-18 5.'
    )
    assert translator("id").text("{allotment}", allotment="(none named)") == "(tidak disebut)"


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_time_is_shown_as_people_write_it_and_a_local_day_as_it_is(language: str) -> None:
    """Milliseconds are for programs."""
    shown = translator(language).text("{until}|{since}|{since2}", until=1_542_600_300_000, since="2018-11-19", since2=0)
    assert shown == "2018-11-19 04:05 UTC|2018-11-19|-"


def test_the_more_particular_of_two_sentences_is_found() -> None:
    """Both hold " by "."""
    expected = "as the rule of that day has it: digunting / dibakar, by office"
    assert translator("id").text("{expected}", expected=expected) == (
        "sesuai aturan yang berlaku pada hari itu: digunting / dibakar, oleh dinas"
    )


def test_what_can_happen_now_is_told_in_words_a_clerk_understands() -> None:
    """Typed by hand."""
    facts = {"record": "52.03-000001", "state": "REPORTED", "event": "AUTHORISE", "allowed": "UNLOCK, WITHDRAW"}
    refused = Refused(Refusal.NO_SUCH_STEP, facts)
    assert translator("en").refusal(refused) == (
        "Record 52.03-000001 is reported as misprinted; this is not possible now: authorise it for a station. "
        "What can happen now: unlock it for reprinting, withdraw it."
    )
    assert translator("id").refusal(refused) == (
        "Rekaman 52.03-000001 berstatus sudah dilaporkan gagal cetak; saat ini tidak dapat: memberi izin cetak "
        "kepada mesin cetak. Yang dapat dilakukan sekarang: membuka kunci untuk cetak ulang, menarik rekaman."
    )


def test_a_report_that_differs_is_told_column_by_column_and_card_by_card() -> None:
    """Typed by hand; the sentence with nobody concerned is whole too."""
    difference = ("the report's own sum is off by -1", "bad_of_person: 0 reported, 1 in the book")
    concerned = ("PNRI-18 5 (record 52.03-000002) is missing from the report", "PNRI-18 6 is named twice")
    refused = Refused(Refusal.REPORT_DIFFERS, {"difference": difference, "concerned": concerned})
    assert translator("id").what(refused) == (
        "Berita acara tidak seimbang: jumlah dalam berita acara itu sendiri selisih -1, rusak dengan NIK: dilaporkan 0, "
        "di buku 1. Yang terkait: PNRI-18 5 (rekaman 52.03-000002) tidak ada dalam berita acara, PNRI-18 6 disebut dua kali."
    )
    nobody = Refused(Refusal.REPORT_DIFFERS, {"difference": ("the lines",), "concerned": ()})
    assert translator("en").what(nobody) == "The report does not balance: the lines. Concerned: -."


def test_names_among_the_facts_are_never_read_as_phrases() -> None:
    """A column called `number` stays so, and so does an office that calls its report `all`."""
    indonesian = translator("id")
    assert indonesian.text("{field} {report} {party}", field="line", report="all", party="lost") == "line all lost"
    assert indonesian.text("{a}", a="all") == "semua"


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_found_again_with_whatever_stands_in_its_places(sentence: str) -> None:
    """The first of the list that fits is the sentence itself, in each language."""
    filled = sentence.replace("{", "<").replace("}", ">")
    assert translator("en").text("{why}", why=filled) == filled
    assert translator("id").text("{why}", why=filled) not in {filled, ""}


def test_a_fact_cannot_steer_the_screen() -> None:
    """A file's name, a cell, an answer: escapes and marks that turn a line are replaced, in every text."""
    refused = Refused(Refusal.BAD_FILE, {"file": "a\x1b[2J.csv", "shape": "\u202ex", "expected": "\x9b"})
    for language in ("en", "id"):
        said = translator(language).refusal(refused) + translator(language).text("{why}", why="\x07")
        assert said.isprintable() and "\N{REPLACEMENT CHARACTER}[2J" in said


def test_thousands_are_set_apart_as_the_language_does() -> None:
    assert (translator("en").number(20_400_000), translator("id").number(20_400_000)) == ("20,400,000", "20.400.000")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"), ({"LANG": "id_ID.UTF-8"}, "id"), ({"LANG": "C"}, "en"), ({"EKTP_LANG": "id", "LANG": "C"}, "id"),
        ({"EKTP_LANG": "en", "LC_ALL": "id_ID"}, "en"), ({"LC_ALL": "id_ID", "LANG": "en_GB"}, "id"),
        ({"EKTP_LANG": "", "LANG": "id"}, "id"), ({"EKTP_LANG": "idn"}, "en"), ({"EKTP_LANG": "../id"}, "en"),
    ],
)  # fmt: skip
def test_the_language_is_chosen_as_the_environment_says(environment: dict[str, str], language: str) -> None:
    """EKTP_LANG before the system's; whatever else is said, in English."""
    assert chosen_language(environment) == language

"""The print-ready record: what it refuses, what its repr hides, what its bytes are."""

from datetime import date
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.prr import (
    FITTING_PREVIOUS,
    PreviousCard,
    PrintReadyRecord,
    Reason,
    Sex,
    from_payload,
    starts_formula,
    to_payload,
)
from ektp_core.vocabulary.region import RegionCode

SITI = PrintReadyRecord(
    nik=Nik.parse("5203054408999001"),
    reason=Reason.FIRST,
    previous=PreviousCard.NONE,
    name="SITI REKAAN",
    birth_place="SELONG",
    birth_date=date(1999, 8, 4),
    sex=Sex.FEMALE,
    address="DUSUN CONTOH NO. 5",
    rt_rw="003/005",
    village=RegionCode.parse("52.03.05.2001"),
    religion="ISLAM",
    marital_status="KAWIN",
    occupation="PETANI",
    blood_type="O",
)
SITI_BYTES = (
    b'{"address":"DUSUN CONTOH NO. 5","birth_date":"1999-08-04","birth_place":"SELONG","blood_type":"O",'
    b'"marital_status":"KAWIN","name":"SITI REKAAN","nationality":"WNI","nik":"5203054408999001",'
    b'"occupation":"PETANI","previous":1,"previous_letter":"","previous_letter_date":null,"reason":1,'
    b'"religion":"ISLAM","rt_rw":"003/005","sex":2,"v":1,"village":"52.03.05.2001"}'
)


def refused(**changes: Any) -> Refused:
    """The refusal of Siti's record with some fields changed."""
    with pytest.raises(Refused) as caught:
        attrs.evolve(SITI, **changes)
    assert caught.value.refusal is Refusal.BAD_VALUE
    return caught.value


def test_the_repr_shows_the_masked_nik_and_the_reason_only() -> None:
    """Nothing personal reaches a log by accident."""
    assert repr(SITI) == "PrintReadyRecord(nik=Nik(5203************), reason=<Reason.FIRST: 1>)"


def test_the_home_is_read_from_the_village() -> None:
    """District and regency cannot contradict it."""
    assert (str(SITI.district), str(SITI.regency)) == ("52.03.05", "52.03")


def test_the_bytes_are_these() -> None:
    """Typed by hand: a digest of them is signed, so they may never change."""
    assert to_payload(SITI) == SITI_BYTES


names = st.text(st.characters(categories=("L", "N", "Zs"), max_codepoint=0x24F), min_size=1, max_size=60)


@given(names.filter(lambda name: bool(name.strip())), st.dates(date(1900, 1, 1), date(2020, 1, 1)),
       st.sampled_from(Sex), st.sampled_from(Reason), st.data())  # fmt: skip
def test_the_bytes_give_the_same_record_back(
    name: str, born: date, sex: Sex, reason: Reason, data: st.DataObject
) -> None:
    """Any record that can be made survives the way to bytes and back."""
    previous = data.draw(st.sampled_from(FITTING_PREVIOUS[reason]))
    letter = previous is PreviousCard.DECLARED_LOST or data.draw(st.booleans())
    record = attrs.evolve(
        SITI, name=name, birth_date=born, sex=sex, reason=reason, previous=previous,
        previous_letter="SKH/1" if letter else "", previous_letter_date=date(2018, 7, 1) if letter else None,
    )  # fmt: skip
    assert from_payload(to_payload(record)) == record


@pytest.mark.parametrize("name", ["name", "birth_place", "address", "occupation", "nationality"])
@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("A\nB", "control characters"),
        ("A\x00B", "control characters"),
        ("A\u202eB", "control characters"),
        ("=1+1", "a spreadsheet formula"),
        ("\uff1d1", "a spreadsheet formula"),
        ("@SUM(A1)", "a spreadsheet formula"),
        ("+62", "a spreadsheet formula"),
        ("-A", "a spreadsheet formula"),
        ("A" * 121, "121 characters"),
    ],
)
def test_text_that_cannot_stand_on_a_card_is_refused(name: str, text: str, shape: str) -> None:
    """Every text field, by name and shape, without the text."""
    refusal = refused(**{name: text})
    assert (refusal.facts["field"], refusal.facts["shape"]) == (name, shape)
    assert not text.strip() or text not in str(refusal)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("birth_date", date(1899, 12, 31)),
        ("rt_rw", "3/5"),
        ("rt_rw", "٠٠٣/٠٠٥"),
        ("village", RegionCode.parse("52.03.05")),
        ("religion", "LAINNYA"),
        ("marital_status", "BINGUNG"),
        ("blood_type", "C"),
        ("previous_letter", "SKH/1"),
        ("previous_letter_date", date(2018, 7, 1)),
    ],
)
def test_a_value_outside_its_rule_is_refused(name: str, value: object) -> None:
    """A letter without its date and a date without its letter name the one that is missing."""
    other = {"previous_letter": "previous_letter_date", "previous_letter_date": "previous_letter"}
    assert refused(**{name: value}).facts["field"] == other.get(name, name)


def test_rule_3_a_lost_card_needs_its_letter() -> None:
    """Number and date; a record without them is refused by the missing field."""
    lost: dict[str, Any] = {"reason": Reason.LOST, "previous": PreviousCard.DECLARED_LOST}
    assert refused(**lost).facts["field"] == "previous_letter"
    assert refused(**lost, previous_letter="SKH/1").facts["field"] == "previous_letter_date"
    whole = attrs.evolve(SITI, **lost, previous_letter="SKH/1", previous_letter_date=date(2018, 7, 1))
    assert whole.reason is Reason.LOST


@pytest.mark.parametrize(
    ("reason", "previous"),
    [
        (Reason.FIRST, PreviousCard.SURRENDERED),
        (Reason.FIRST, PreviousCard.DECLARED_LOST),
        (Reason.DAMAGED, PreviousCard.NONE),
        (Reason.LOST, PreviousCard.SURRENDERED),
        (Reason.LOST, PreviousCard.NONE),
    ],
)
def test_rule_3_the_old_card_must_fit_the_reason(reason: Reason, previous: PreviousCard) -> None:
    """A first card has no old one; a damaged one is given back; a lost one is declared lost."""
    assert refused(reason=reason, previous=previous).facts["field"] == "previous"


def test_terms_are_the_offices_words() -> None:
    """Typed by hand, in the order of the stored numbers."""
    assert [r.term for r in Reason] == ["baru", "rusak", "hilang", "perubahan", "pindah", "salah-rekam"]
    assert [p.term for p in PreviousCard] == [
        "tidak-ada", "diserahkan", "dinyatakan-hilang", "saat-pengambilan",
    ]  # fmt: skip
    assert [s.term for s in Sex] == ["L", "P"]
    assert [int(r) for r in Reason] == [1, 2, 3, 4, 5, 6]


def test_a_lone_dash_is_no_formula() -> None:
    """It is how the card says that a blood type is not known."""
    assert not starts_formula("-") and not starts_formula("") and not starts_formula("SITI")
    assert starts_formula("-1") and starts_formula("\tSITI")


def changed(**values: object) -> bytes:
    """Siti's bytes with some values replaced."""
    return msgspec.json.encode(msgspec.json.decode(SITI_BYTES) | values, order="deterministic")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", "payload"),
        (b"{", "payload"),
        (b"[]", "payload"),
        (b"\xff\xfe", "payload"),
        (SITI_BYTES + b" ", "payload"),
        (SITI_BYTES.replace(b'"v":1', b'"v":1,"v":1'), "payload"),
        (changed(strange=5203054408999001), "payload"),
        (changed(v=2), "v"),
        (changed(sex=3), "sex"),
        (changed(name=5203054408999001), "name"),
        (changed(birth_date="5203054408999001"), "birth_date"),
    ],
)
def test_other_bytes_are_refused_by_field_and_shape(data: bytes, field: str) -> None:
    """No value of theirs stands in the error, also not in the errors it came from."""
    with pytest.raises(Refused) as caught:
        from_payload(data)
    assert (caught.value.refusal, caught.value.facts["field"]) == (Refusal.MALFORMED, field)
    assert "5203054408999001" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_what_the_bytes_say_is_checked_like_anything_else() -> None:
    """A NIK or a name that cannot be is refused on this way too."""
    for values, refusal in (({"nik": "1"}, Refusal.BAD_NIK), ({"name": "=1"}, Refusal.BAD_VALUE)):
        with pytest.raises(Refused) as caught:
            from_payload(changed(**values))
        assert caught.value.refusal is refusal


@pytest.mark.rule(3)
@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.FIRST])
def test_whoever_has_a_card_changed_says_where_it_is(reason: Reason) -> None:
    answer = refused(reason=reason, previous=PreviousCard.NONE)
    assert (answer.facts["field"], answer.facts["shape"]) == ("previous", "does not fit the reason")

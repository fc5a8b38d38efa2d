"""An interim letter enters without the citizen's number, under the hash that the person's records have."""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.old_cards import TakeOldCard
from ektp_core.flow.suket import RegisterSuket
from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.prr import Reason
from ektp_core.wire.letters import OldCardEntry, SuketEntry
from ektp_data.regions import load_regions
from ektp_hub.paper_door import letter_of, old_card_of
from ektp_keys.pseudonym import Pseudonyms

NIK = "5203054408990001"
ENTRY = SuketEntry("office/52.03", "470/1", "2018-11-19", Reason.LOST, "CP", NIK)
REGIONS = load_regions()
KEYED = Pseudonyms(bytes(range(32)))


@pytest.mark.rule(36)
def test_a_letter_enters_under_the_keyed_hash_of_its_person() -> None:
    found = letter_of(ENTRY, KEYED, REGIONS)
    person = KEYED.person(NIK)
    assert found == RegisterSuket("office/52.03", "470/1", "2018-11-19", Reason.LOST, "CP", person)
    assert NIK not in repr(ENTRY) and NIK not in repr(found)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"nik": "5203"}, Refusal.BAD_NIK),
        ({"nik": ""}, Refusal.BAD_NIK),
        ({"office": "here"}, Refusal.BAD_VALUE),
        ({"office": "office/99.03"}, Refusal.UNKNOWN_REGION),
    ],
)
def test_what_is_no_letter_is_refused_without_its_number(changes: dict[str, Any], expected: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        letter_of(evolve(ENTRY, **changes), KEYED, REGIONS)
    assert refused.value.refusal is expected
    assert NIK not in str(refused.value)


@pytest.mark.rule(14)
def test_an_old_card_enters_under_the_keyed_hash_of_its_holder_or_of_nobody() -> None:
    entry = OldCardEntry("office/52.03", OldCardReason.DAMAGED, "2018-11-19", punched=True, nik=NIK)
    assert old_card_of(entry, KEYED) == TakeOldCard(
        "office/52.03", OldCardReason.DAMAGED, "2018-11-19", punched=True, person=KEYED.person(NIK)
    )
    assert NIK not in repr(entry)
    assert old_card_of(evolve(entry, nik="", count=60), KEYED).person == b""
    with pytest.raises(Refused) as refused:
        old_card_of(evolve(entry, nik="12"), KEYED)
    assert refused.value.refusal is Refusal.BAD_NIK

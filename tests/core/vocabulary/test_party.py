"""Names of those who hold blanks."""

import pytest

from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.party import CENTRE, PartyId, PartyKind, is_station


@pytest.mark.parametrize(
    ("text", "kind", "region", "home"),
    [
        ("centre", PartyKind.CENTRE, "", "centre"),
        ("supplier/PNRI", PartyKind.SUPPLIER, "", "supplier/PNRI"),
        ("province/52", PartyKind.PROVINCE, "52", "province/52"),
        ("office/52.03", PartyKind.OFFICE, "52.03", "office/52.03"),
        ("station/52.03/1", PartyKind.STATION, "52.03", "office/52.03"),
        ("station/52.03/99", PartyKind.STATION, "52.03", "office/52.03"),
        ("group/52/lombok", PartyKind.GROUP, "52", "group/52/lombok"),
        ("group/52.03/seven-districts", PartyKind.GROUP, "52.03", "group/52.03/seven-districts"),
    ],
)
def test_a_name_says_what_and_where(text: str, kind: PartyKind, region: str, home: str) -> None:
    """Kind, region and home store; a station's home is its office (rule 12)."""
    party = PartyId.parse(text)
    assert (str(party), party.kind, party.region, str(party.home)) == (text, kind, region, home)
    assert is_station(text) == (kind is PartyKind.STATION)


@pytest.mark.parametrize(
    "text",
    ["", "Centre", "centre/1", "supplier/", "supplier/pnri", "supplier/" + "A" * 21, "province/5", "province/52.03",
     "office/52", "office/5203", "station/52.03", "station/52.03/0", "station/52.03/100", "village/52.03",
     "group/52", "group/52/", "group/52/Lombok", "group/52/1st", "group/52/" + "a" * 21,
     "office/52.03\n", " office/52.03"],
)  # fmt: skip
def test_another_shape_is_refused(text: str) -> None:
    """BAD_VALUE with field and length."""
    with pytest.raises(Refused) as caught:
        PartyId.parse(text, "receiver")
    assert caught.value.refusal is Refusal.BAD_VALUE
    assert (caught.value.facts["field"], caught.value.facts["shape"]) == ("receiver", f"{len(text)} characters")


def test_digits_of_another_script_are_refused() -> None:
    """They would make two names that look like one office."""
    with pytest.raises(Refused):
        PartyId.parse("office/٥٢.٠٣")


def test_parties_sort_by_name_and_are_keys() -> None:
    """Order is used wherever a list must be the same every time."""
    offices = [PartyId("office/52.03"), PartyId("office/31.74"), CENTRE]
    assert [str(party) for party in sorted(offices)] == ["centre", "office/31.74", "office/52.03"]
    assert len({PartyId("centre"), CENTRE}) == 1

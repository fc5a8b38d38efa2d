"""Paper 003, North Kalimantan, 17 December 2020: 97,000 blanks stand by, and a province that watches its regencies.

One test for each sentence that says something testable; the sentence stands in the docstring.
The five regencies have one figure together, so they are one named group here and no split of
the 31,000 is invented. Numbers are typed by hand; what the paper does not say is marked inferred.
"""

import pytest
from attrs import evolve

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.need import cover_days
from ektp_core.allotment.plan import plan
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.allotting import RequestBlanks
from ektp_core.flow.allotting_rows import Request
from ektp_core.flow.custody import Grant
from ektp_core.flow.daily import FileDaily
from ektp_core.flow.daily_board import board, missing
from ektp_core.flow.daily_count import DayBook
from ektp_core.flow.declaring import DeclareUse
from ektp_core.flow.office_stock import usable_blanks
from ektp_core.flow.opening import OpenBalance, OpeningLine
from ektp_core.flow.placeholders import Standing, proven_and_assumed
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Allotment, Tally
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.local_calendar import months_later
from ektp_core.vocabulary.request_state import RequestState
from ektp_data.policy_file import shipped_policy
from tests.core.flow.offices import CENTRE, PAIR, VERIFIER_1, accepted, facts, refusal, row, rows
from tests.core.flow.soundness import check_books
from tests.stories.country import (
    CLASS,
    SERIES,
    Country,
    allotted,
    country,
    entered,
    key_of,
    loaded,
    opened,
    pair_of,
    printed,
    received,
    sent,
    supplied,
)

TODAY = "2020-12-17"
PROVINCE, GROUP = "province/65", "group/65/lima-kabupaten"
NUNUKAN, TARAKAN = "office/65.03", "office/65.71"
REGENCIES = (
    ("office/65.01", "Bulungan"),
    ("office/65.02", "Malinau"),
    (NUNUKAN, "Nunukan"),
    ("office/65.04", "Tana Tidung"),
    (TARAKAN, "Tarakan"),
)
#: No machine is needed here; it only says which class of blanks there is.
STATION = "station/65.71/1"

THRESHOLD = shipped_policy("2020-below-threshold")
#: Inferred: a regency that prints 3,200 a month and asks for 10,000.
REGENCY = OfficeFigures(NUNUKAN, CLASS, stock=900, requested=10_000, printed_per_month=(3_200,))


def kaltara() -> Country:
    """The province, its five regencies, and the group they are counted as."""
    parties = ((PROVINCE, "Kalimantan Utara"), (GROUP, "Lima kabupaten/kota"), *REGENCIES)
    return country(TODAY, parties, (STATION,))


def standing_by() -> Country:
    """66,000 with the province, 31,000 with the five together."""
    of = kaltara()
    opened(of, PROVINCE, (Condition.BLANK, 66_000))
    opened(of, GROUP, (Condition.BLANK, 31_000), members=tuple(office for office, _ in REGENCIES))
    return of


# -- what stands by ---------------------------------------------------------------------------


@pytest.mark.rule(9)
@pytest.mark.rule(10)
def test_97_000_blanks_stand_by_of_which_66_000_lie_with_the_province() -> None:
    """'Mencatat sebanyak 97 ribu blangko ... standby', '66 ribu di antaranya berada di Disdukcapil Kaltara.'"""
    of = standing_by()
    assert of.has(PROVINCE) == 66_000
    assert sum(one.count for one in rows(of.books.hub, Tally) if one.bucket is Bucket.STOCK) == 97_000
    check_books(of.books)


@pytest.mark.rule(10)
def test_31_000_of_five_regencies_are_one_figure_and_no_split_is_invented() -> None:
    """'31 ribu lagi tersebar di lima kabupaten/kota ... ia tak menyebutkan secara rinci per kabupaten/kota.'"""
    of = standing_by()
    with of.books.hub.read() as view:
        assert proven_and_assumed(view, GROUP) == (Standing(Bucket.STOCK, CLASS, 0, 31_000),)
        assert [proven_and_assumed(view, office) for office, _ in REGENCIES] == [()] * 5
    group = OfficeFigures(GROUP, CLASS, stock=31_000, printed_per_month=(5_000,))
    empty = OfficeFigures(NUNUKAN, CLASS, backlog=500, printed_per_month=(500,))
    assert plan(THRESHOLD, {CLASS: 0}, [group, empty]).loans == (), "nobody knows whose shelf it would come from"


@pytest.mark.rule(9)
def test_what_stands_by_is_counted_by_two() -> None:
    """'Kalimantan Utara (Kaltara) mencatat.' That two people count and sign is inferred."""
    of = kaltara()
    body = OpenBalance(PROVINCE, (OpeningLine(Condition.BLANK, CLASS, count=66_000),), "BA-1", TODAY)
    assert refusal(of.ask(body, key_of(PROVINCE, "store"))) is Refusal.NEEDS_PEOPLE
    of.done(body, key_of(PROVINCE, "store"), key_of(PROVINCE, "checker"))
    again = of.ask(body, key_of(PROVINCE, "store"), key_of(PROVINCE, "checker"))
    assert refusal(again) is Refusal.BOOK_BEGUN


@pytest.mark.rule(29)
def test_97_000_last_six_months_until_the_middle_of_2021() -> None:
    """'Masih cukup sampai enam bulan ke depan. Artinya masih bisa sampai pertengahan tahun 2021.'

    Inferred: 97,000 in six months are 16,166 a month, with a remainder of four; a seventh month is not covered.
    """
    assert [cover_days(97_000, rate) for rate in (16_166, 16_167)] == [180, 179]
    assert months_later(TODAY, 6) == "2021-06-17"
    of = standing_by()
    used = 0
    for month in range(1, 7):
        of.today = months_later(TODAY, month)
        from_group = min(16_166, 31_000 - used) if used < 31_000 else 0
        for party, count in ((GROUP, from_group), (PROVINCE, 16_166 - from_group)):
            if count:
                of.done(DeclareUse(party, CLASS, count, of.today, f"LAP/{month}"), *pair_of(party))
        used += 16_166
    assert (of.has(GROUP), of.has(PROVINCE)) == (0, 4)
    seventh = DeclareUse(PROVINCE, CLASS, 16_166, of.today, "LAP/7")
    of.today = months_later(TODAY, 7)
    assert refusal(of.ask(evolve(seventh, day=of.today), *pair_of(PROVINCE))) is Refusal.TOO_FEW


@pytest.mark.rule(28)
def test_a_provinces_store_is_supplied_by_the_ministry_beyond_what_an_office_could_print() -> None:
    """'Kaltara memang mendapat pasokan blangko yang cukup banyak dari ... Kemendagri.' Inferred: all 66,000 at once."""
    store = OfficeFigures(PROVINCE, CLASS, requested=66_000, best_month=16_166, is_store=True)
    given = plan(THRESHOLD, {CLASS: 800_000}, [store]).grants[0]
    assert (given.count, given.bound_by) == (66_000, Rule.REQUEST)
    capped = plan(THRESHOLD, {CLASS: 800_000}, [evolve(store, office=NUNUKAN, is_store=False)]).grants[0]
    assert (capped.count, capped.bound_by) == (16_166, Rule.CAPACITY)
    of = kaltara()
    supplied(of, 70_000)
    allotted(of, "2020-12", PROVINCE, given.count, 1)
    assert (of.has(CENTRE), of.has(PROVINCE)) == (4_000, 66_000)


# -- who asks, who does not ---------------------------------------------------------------------


@pytest.mark.rule(27)
def test_as_long_as_nobody_asks_nobody_is_given_anything() -> None:
    """'Sejauh ini, belum ada kabupaten/kota yang datang meminta.' Inferred: 6,200 with each, 3,200 printed a month."""
    silent = [OfficeFigures(office, CLASS, stock=6_200, printed_per_month=(3_200,)) for office, _ in REGENCIES]
    found = plan(THRESHOLD, {CLASS: 66_000}, silent)
    assert {(grant.count, grant.bound_by) for grant in found.grants} == {(0, Rule.NOT_ASKED)}
    assert found.left == {CLASS: 66_000}


@pytest.mark.rule(28)
def test_who_asks_is_given_what_it_needs() -> None:
    """'Jika ada yang mengusulkan, itu akan diberikan dengan menyesuaikan pada kebutuhannya.'

    Inferred: 3,200 a month, 900 there: 2,300 are needed for a month, whether it asks for 10,000 or 2,000.
    """
    for requested, count, bound_by in ((10_000, 2_300, Rule.NEED), (2_000, 2_000, Rule.REQUEST)):
        grant = plan(THRESHOLD, {CLASS: 66_000}, [evolve(REGENCY, requested=requested)]).grants[0]
        assert (grant.count, grant.bound_by) == (count, bound_by)


@pytest.mark.rule(27)
@pytest.mark.parametrize(
    ("stock", "in_transit", "bound_by"),
    [
        (999, 0, Rule.NEED),
        (1_000, 0, Rule.ABOVE_THRESHOLD),
        (1_001, 0, Rule.ABOVE_THRESHOLD),
        (0, 999, Rule.NEED),
        (500, 500, Rule.ABOVE_THRESHOLD),
    ],
)
def test_the_next_is_due_below_a_thousand_the_blanks_on_the_road_included(
    stock: int, in_transit: int, bound_by: Rule
) -> None:
    """'Jika persediaannya kurang dari 1.000 keping, mereka akan minta lagi.' Blanks on the road are inferred."""
    grant = plan(THRESHOLD, {CLASS: 66_000}, [evolve(REGENCY, stock=stock, in_transit=in_transit)]).grants[0]
    assert grant.bound_by is bound_by
    assert grant.count == (3_200 - 999 if bound_by is Rule.NEED else 0)


@pytest.mark.rule(27)
@pytest.mark.parametrize(("paper", "why"), [("", "datang langsung"), ("surel 470/81", "surat lewat surel")])
def test_a_request_lies_open_whether_somebody_came_or_a_letter_did_and_the_book_waits_for_the_thousand(
    paper: str, why: str
) -> None:
    """'Mereka akan minta lagi blangko itu, bisa langsung dan bisa juga bersurat lewat email.'

    Inferred: it is the ministry that grants; 1,000 are left of 1,000, then 999.
    """
    of = kaltara()
    supplied(of, 10_000)
    of.done(SetAllotmentPolicy(THRESHOLD, "SE-1/2020"), *PAIR)
    of.done(RequestBlanks("U-1", TARAKAN, CLASS, 1_000, paper, TODAY if paper else "", why), key_of(TARAKAN, "store"))
    allotted(of, "2020-11", TARAKAN, 1_000, 1)
    of.done(RequestBlanks("U-2", TARAKAN, CLASS, 500, paper, TODAY if paper else "", why), key_of(TARAKAN, "store"))
    all_left = FileReport("L-1", "2020-11", of.books.hub.position().seq, Columns(received=1_000, remaining=1_000), ())
    of.done(all_left, key_of(TARAKAN, "store"))
    second = Grant("2020-12", TARAKAN, CLASS, 500)
    waits = of.ask(second, VERIFIER_1)
    assert (refusal(waits), facts(waits)["rule"]) == (Refusal.NEXT_NOT_DUE, "ABOVE_THRESHOLD")
    loaded(of, STATION, 1_000)
    printed(of, STATION, entered(of, TARAKAN, [1]))
    of.done(second, VERIFIER_1)
    assert row(of.books.hub, Request, TARAKAN, RequestState.GRANTED, "U-2").allotment == "2020-12"


# -- the province watches and sends by itself ---------------------------------------------------


@pytest.mark.rule(29)
@pytest.mark.rule(32)
def test_daily_recording_reports_are_seen_and_change_neither_book_nor_grant() -> None:
    """'Mengontrol ketersediaan blangko ... berdasarkan laporan kegiatan perekaman setiap harinya.'

    'Tidak bersantai-santai, melainkan harus terus berupaya melakukan perekaman': recordings forecast and no more.
    Inferred: 120 recorded in Nunukan; Tarakan, whose station fills its columns, need not report, and three are missing.
    """
    of = standing_by()
    before = rows(of.books.hub, Tally)
    of.done(FileDaily(NUNUKAN, TODAY, (("recorded", 120),)), key_of(NUNUKAN, "store"))
    with of.books.hub.read() as view:
        days = board(view, TODAY, DayBook({}, {}))
    seen = {one.office: {column.column: column.reported for column in one.columns} for one in days}
    assert seen[NUNUKAN]["recorded"] == 120
    assert missing(days) == ("office/65.01", "office/65.02", "office/65.04")
    assert rows(of.books.hub, Tally) == before
    grants = [
        plan(THRESHOLD, {CLASS: 66_000}, [evolve(REGENCY, recorded_this_month=recorded)]).grants[0]
        for recorded in (0, 120, 5_000)
    ]
    assert [grant.count for grant in grants] == [2_300, 2_300, 2_300]
    assert [grant.facts["forecast"] for grant in grants] == [0, 108, 4_500]


@pytest.mark.rule(27)
def test_where_the_stock_runs_thin_the_province_sends_more_without_being_asked_and_signs_for_it() -> None:
    """'Jika dihitung stok ... sudah menipis, maka pihaknya langsung berikan tambahan blangko.'

    Inferred: Nunukan had 3,000, has printed 2,800, and is sent 3,000.
    """
    of = kaltara()
    opened(of, NUNUKAN, (Condition.BLANK, 3_000))
    of.done(DeclareUse(NUNUKAN, CLASS, 2_800, TODAY, "LAP-1"), *pair_of(NUNUKAN))
    with of.books.hub.read() as view:
        stock = usable_blanks(view, NUNUKAN)
    assert stock == 200
    thin = evolve(REGENCY, stock=stock, requested=0)
    unsigned = plan(THRESHOLD, {CLASS: 66_000}, [thin]).grants[0]
    assert (unsigned.count, unsigned.bound_by, dict(unsigned.would_give)[Rule.NEED]) == (0, Rule.NOT_ASKED, 3_000)
    signed = plan(THRESHOLD, {CLASS: 66_000}, [evolve(thin, signed_push=3_000)]).grants[0]
    assert (signed.count, signed.bound_by, signed.is_push) == (3_000, Rule.PUSH, True)


@pytest.mark.rule(24)
def test_what_the_province_sends_on_is_reported_by_the_regency_under_the_consignments_name() -> None:
    """'Pihaknya langsung berikan tambahan blangko.' Inferred: 3,000 of the province's allotment go to Nunukan."""
    of = kaltara()
    supplied(of, 66_000)
    allotted(of, "2020-12", PROVINCE, 66_000, 1)
    accepted(sent(of, "tambahan-1", PROVINCE, NUNUKAN, ((SERIES, 1, 3_000),)))
    received(of, "tambahan-1", NUNUKAN)
    assert (of.has(PROVINCE), of.has(NUNUKAN)) == (63_000, 3_000)
    mine = row(of.books.hub, Allotment, "tambahan-1")
    assert (mine.party, mine.ranges) == (NUNUKAN, ((SERIES, 1, 3_000),))
    sideways = sent(of, "tambahan-2", NUNUKAN, TARAKAN, ((SERIES, 1, 1_000),))
    assert refusal(sideways) is Refusal.UNKNOWN_LOAN, "between two regencies it would be a loan"

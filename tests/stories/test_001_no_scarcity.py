"""Paper 001, the ministry, 23 November 2017: no scarcity, and no blanks to be stored in the regions.

One test for each sentence that says something testable; the sentence stands in the docstring.
Numbers are typed by hand; the paper names no region, so every office here is inferred.
"""

from typing import Any

import pytest
from attrs import evolve

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import UsedUp
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.allotting import RequestBlanks, SetCapacity
from ektp_core.flow.complaints import AnswerComplaint, Complain, alarms, open_complaints
from ektp_core.flow.custody import Grant
from ektp_core.flow.custody_events import Consigned
from ektp_core.flow.custody_rows import Loan
from ektp_core.flow.declaring import DeclareUse
from ektp_core.flow.granting import told_of
from ektp_core.flow.lending import AgreeLoan
from ektp_core.flow.office_rows import Complaint, StockAlarm
from ektp_core.flow.office_stock import usable_blanks
from ektp_core.flow.placeholders import proven_and_assumed
from ektp_core.flow.printing import Authorise
from ektp_core.flow.rows import Holding
from ektp_core.flow.sending import Send
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.state import LockState
from ektp_data.policy_file import shipped_policy
from tests.core.flow.office_cards import state
from tests.core.flow.offices import CENTRE, HUB_KEY, PAIR, VERIFIER_1, accepted, facts, log, refusal, row, rows
from tests.core.flow.soundness import check_books
from tests.stories.country import (
    CLASS,
    SERIES,
    Country,
    allotted,
    country,
    entered,
    granted,
    key_of,
    loaded,
    opened,
    pair_of,
    printed,
    received,
    sent,
    supplied,
)

TODAY = "2017-11-23"
#: The minister spoke a month before the director general.
MINISTER = "2017-10-22"
PROVINCE, FIRST, SECOND = "province/32", "office/32.01", "office/32.02"
STATION = "station/32.01/1"
#: The thirty-four provinces there were in 2017.
PROVINCES = (
    "11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33", "34", "35", "36", "51", "52", "53",
    "61", "62", "63", "64", "65", "71", "72", "73", "74", "75", "76", "81", "82", "91", "92",
)  # fmt: skip

CAPACITY = shipped_policy("2017-capacity")
#: It asks for 100,000 and prints 20,000 a month at the very best; that nothing is on its shelf is inferred.
ASKING = OfficeFigures(FIRST, CLASS, requested=100_000, backlog=100_000, best_month=20_000)


def west_java(today: str = TODAY) -> Country:
    """A province with two offices, one of which has a station."""
    return country(today, ((PROVINCE, "Jawa Barat"), (FIRST, "Bogor"), (SECOND, "Sukabumi")), (STATION,))


def usable(of: Country, *offices: str) -> dict[str, int]:
    """What the centre sees of each office's blanks."""
    with of.books.hub.read() as view:
        return {office: usable_blanks(view, office) for office in offices}


# -- no scarcity ------------------------------------------------------------------------------


@pytest.mark.rule(37)
def test_the_centre_sees_from_the_book_which_office_is_empty_and_that_none_is() -> None:
    """'Berdasarkan hasil monitoring hingga kini tidak [ada] daerah yang mengalami kekosongan blanko.'

    'Pihaknya belum menemukan adanya kelangkaan blanko.' Inferred: 500 and 300 blanks; later one uses its last.
    """
    of = west_java()
    opened(of, FIRST, (Condition.BLANK, 500))
    opened(of, SECOND, (Condition.BLANK, 300))
    assert usable(of, FIRST, SECOND) == {FIRST: 500, SECOND: 300}
    of.done(DeclareUse(SECOND, CLASS, 300, TODAY, "LAP-1"), *pair_of(SECOND))
    assert usable(of, FIRST, SECOND) == {FIRST: 500, SECOND: 0}


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    ("supply", "count", "bound_by"),
    [(800_000, 0, Rule.RESERVE), (819_999, 19_999, Rule.RESERVE), (820_000, 20_000, Rule.CAPACITY)],
)
def test_a_reserve_of_800_000_stays_at_the_centre(supply: int, count: int, bound_by: Rule) -> None:
    """'Kemendagri masih memiliki cadangan 800 ribu keping.' Inferred: as a policy it is never granted."""
    found = plan(evolve(CAPACITY, central_reserve=800_000), {CLASS: supply}, [ASKING])
    assert (found.grants[0].count, found.grants[0].bound_by) == (count, bound_by)
    assert found.left == {CLASS: 800_000}


@pytest.mark.rule(10)
def test_20_400_000_cards_printed_in_2017_are_in_the_book_by_count_and_never_as_proven() -> None:
    """'Sampai akhir 2017 ini ... seluruh daerah sudah mencetak 20,4 juta keping.'

    Inferred: 600,000 in each province.
    """
    of = country("2017-01-02", tuple((f"province/{code}", code) for code in PROVINCES), (STATION,))
    for code in PROVINCES:
        opened(of, f"province/{code}", (Condition.BLANK, 600_000))
    of.today = TODAY
    for code in PROVINCES:
        used = DeclareUse(f"province/{code}", CLASS, 600_000, TODAY, f"LAP/{code}")
        of.done(used, *pair_of(f"province/{code}"))
    with of.books.hub.read() as view:
        found = [one for code in PROVINCES for one in proven_and_assumed(view, f"province/{code}")]
    assert {one.bucket for one in found} == {Bucket.USED_DECLARED}
    assert (sum(one.proven for one in found), sum(one.assumed for one in found)) == (0, 20_400_000)
    assert len(rows(of.books.hub, Holding)) == 34, "twenty million cards are thirty-four runs"


# -- emptiness is told to the centre, and blanks are fetched there ------------------------------


@pytest.mark.rule(37)
def test_a_citizen_who_finds_no_blanks_calls_and_the_office_must_answer_beside_its_stock() -> None:
    """'Bila ada masyarakat yang mengetahui ada blanko kosong segera melaporkan ke call center kami 1500537.'

    Inferred: the book says the office has 500.
    """
    of = west_java()
    opened(of, FIRST, (Condition.BLANK, 500))
    of.done(Complain("CC-1", FIRST, TODAY, "call center 1500537"), VERIFIER_1)
    with of.books.hub.read() as view:
        assert alarms(view) == (StockAlarm(FIRST, "CC-1", 500),)
    answer = AnswerComplaint("CC-1", "Loket sudah tutup; 500 keping ada di brankas.")
    assert refusal(of.ask(answer, key_of(SECOND, "head"))) is Refusal.NOT_ALLOWED
    of.done(answer, key_of(FIRST, "head"))
    with of.books.hub.read() as view:
        assert (alarms(view), open_complaints(view)) == ((), ())


@pytest.mark.rule(37)
def test_a_complaint_about_an_empty_office_is_no_alarm_but_is_answered_though_the_centre_has_800_000() -> None:
    """'Blanko e-KTP di Kementerian ... masih memiliki stok yang cukup', 'heran jika ada masyarakat yang mengeluhkan'"""
    of = west_java(MINISTER)
    supplied(of, 800_000)
    of.done(Complain("CC-1", FIRST, MINISTER, "surat kabar"), VERIFIER_1)
    with of.books.hub.read() as view:
        assert alarms(view) == ()
        assert [one.complaint for one in open_complaints(view)] == ["CC-1"]
    assert row(of.books.hub, Complaint, "CC-1").usable == 0
    assert of.has(CENTRE) == 800_000


@pytest.mark.rule(13)
def test_an_office_that_is_empty_fetches_blanks_at_the_centre_and_prints_again() -> None:
    """'Kalau memang habis, ambil di Pusat. Di Pusat tersedia.' Inferred: 1,000 are fetched."""
    of = west_java(MINISTER)
    supplied(of, 800_000)
    (record,) = entered(of, FIRST, [1])
    assert refusal(of.ask(Authorise(record, STATION), HUB_KEY)) is Refusal.NO_BLANK
    allotted(of, "2017-10", FIRST, 1_000, 1)
    loaded(of, STATION, 1_000)
    printed(of, STATION, [record])
    assert state(of.books.hub, record) is LockState.PRINTED
    assert (of.has(CENTRE), of.has(STATION)) == (799_000, 999)


@pytest.mark.rule(13)
@pytest.mark.parametrize("missing", ["collector", "letter", "vehicle", "minutes"])
def test_who_fetches_blanks_at_the_centre_is_named_with_letter_vehicle_and_minutes(missing: str) -> None:
    """'Dinas Dukcapil yang blanko nya akan kosong segera mengambil ke pusat.' Which papers is inferred."""
    of = west_java()
    supplied(of, 1_000)
    granted(of, "2017-11", FIRST, 1_000)
    papers = ("Sdr. Budi, staf gudang", "ST-9/2017", "F 1234 A", "BAST-9")
    body = Send("road", CENTRE, FIRST, ((SERIES, 1, 1_000),), Condition.BLANK, *papers, reference="2017-11")
    without: dict[str, Any] = {missing: ""}
    answer = of.ask(evolve(body, **without), VERIFIER_1)
    assert (refusal(answer), facts(answer)["field"]) == (Refusal.BAD_VALUE, missing)
    of.done(body, VERIFIER_1)
    (kept,) = log(of.books.hub, Consigned)
    assert (kept.collector, kept.letter, kept.vehicle, kept.minutes) == papers
    received(of, "road", FIRST)
    assert of.has(FIRST) == 1_000


@pytest.mark.rule(27)
def test_an_office_whose_blanks_will_run_out_may_have_the_next_while_it_has_some() -> None:
    """'Dinas Dukcapil yang blanko nya akan kosong segera mengambil.' Inferred: with five days left, at 600 a month."""
    policy = evolve(CAPACITY, used_up=UsedUp.BEFORE_EMPTY, before_empty_days=5)
    office = OfficeFigures(FIRST, CLASS, requested=600, printed_per_month=(600,), best_month=600)
    found = {}
    for stock in (101, 120, 119, 0):
        grant = plan(policy, {CLASS: 800_000}, [evolve(office, stock=stock)]).grants[0]
        found[stock] = (grant.count, grant.bound_by)
    assert found == {
        120: (0, Rule.NOT_NEARLY_EMPTY),
        119: (481, Rule.CAPACITY),
        101: (499, Rule.CAPACITY),
        0: (600, Rule.REQUEST),
    }


@pytest.mark.rule(27)
def test_an_office_that_does_not_ask_gets_nothing_unless_two_sign_a_push() -> None:
    """'Daerah harus pro aktif dong.' 'Pemerintah Daerah untuk aktif meminta kebutuhan blanko.'"""
    silent = evolve(ASKING, requested=0)
    for push, count, bound_by in ((0, 0, Rule.NOT_ASKED), (15_000, 15_000, Rule.PUSH), (30_000, 30_000, Rule.PUSH)):
        grant = plan(CAPACITY, {CLASS: 800_000}, [evolve(silent, signed_push=push)]).grants[0]
        assert (grant.count, grant.bound_by) == (count, bound_by)


# -- no blanks to be stored in the regions ------------------------------------------------------


@pytest.mark.rule(28)
def test_who_asks_for_100_000_and_prints_20_000_a_month_gets_20_000() -> None:
    """'Ingin mendapatkan blanko 100 ribu, hanya diberi ... 20 ribu ..., karena memang daerah itu kemampuan mencetaknya
    sebulan paling banter hanya 20 ribu.' Inferred: nothing on its shelf, as many people waiting as it asks for.
    """
    found = plan(CAPACITY, {CLASS: 800_000}, [ASKING])
    grant = found.grants[0]
    assert (grant.count, grant.bound_by) == (20_000, Rule.CAPACITY)
    assert dict(grant.would_give)[Rule.REQUEST] == 100_000
    assert grant.text.format(**grant.facts) == "office/32.01 can print 20000 a month and has 0; 0 are on the road."
    assert found.left == {CLASS: 780_000}


@pytest.mark.rule(28)
def test_the_book_refuses_the_100_000_and_tells_the_office_why_it_gets_20_000() -> None:
    """'Memang daerah itu kemampuan mencetaknya sebulan paling banter hanya 20 ribu.' The books' words are inferred."""
    of = west_java()
    supplied(of, 800_000)
    of.done(SetAllotmentPolicy(CAPACITY, "SE-1/2017"), *PAIR)
    of.done(SetCapacity(FIRST, CLASS, 20_000, 0, "LAP-CETAK/2017"), *PAIR)
    unasked = of.ask(Grant("2017-11", FIRST, CLASS, 20_000), VERIFIER_1)
    assert (refusal(unasked), facts(unasked)["rule"]) == (Refusal.ABOVE_LIMIT, "NOT_ASKED")
    of.done(RequestBlanks("U-1", FIRST, CLASS, 100_000), key_of(FIRST, "store"))
    for count in (100_000, 20_001):
        answer = of.ask(Grant("2017-11", FIRST, CLASS, count), VERIFIER_1)
        assert (refusal(answer), facts(answer)["limit"]) == (Refusal.ABOVE_CAPACITY, 20_000)
    of.done(Grant("2017-11", FIRST, CLASS, 20_000), VERIFIER_1)
    with of.books.hub.read() as view:
        told = told_of(view, "2017-11")
    assert told is not None and told.bound_by is Rule.CAPACITY
    assert dict(told.would_give)[Rule.REQUEST] == 100_000
    assert (
        told.bound_by.text.format(**told.facts) == "office/32.01 can print 20000 a month and has 0; 0 are on the road."
    )
    assert of.has(CENTRE) == 780_000


@pytest.mark.rule(28)
@pytest.mark.parametrize(
    ("stock", "in_transit", "count"),
    [(0, 0, 20_000), (5_000, 0, 15_000), (5_000, 10_000, 5_000), (20_000, 0, 0), (50_000, 0, 0)],
)
def test_what_lies_there_and_what_is_on_the_road_is_taken_off(stock: int, in_transit: int, count: int) -> None:
    """'Kami tidak ingin di daerah menyimpan blanko. Kami ingin blanko cepat dihabiskan.'

    All three stocks are inferred.
    """
    figures = evolve(ASKING, stock=stock, in_transit=in_transit)
    grant = plan(CAPACITY, {CLASS: 800_000}, [figures]).grants[0]
    assert (grant.count, grant.bound_by) == (count, Rule.CAPACITY)


@pytest.mark.rule(30)
def test_blanks_that_pile_up_in_one_region_are_lent_to_another_that_needs_them() -> None:
    """'Mengantisipasi adanya penumpukan blanko ... Sehingga jumlah blanko bisa digunakan untuk daerah lain.'

    Inferred: 50,000 lie with an office that prints 20,000 a month; 3,000 people of its neighbour wait.
    """
    full = OfficeFigures(FIRST, CLASS, stock=50_000, printed_per_month=(20_000,), best_month=20_000)
    needy = OfficeFigures(SECOND, CLASS, backlog=3_000, best_month=3_000)
    (loan,) = plan(CAPACITY, {CLASS: 0}, [full, needy]).loans
    assert (loan.lender, loan.borrower, loan.count, loan.same_province) == (FIRST, SECOND, 3_000, True)
    of = west_java()
    supplied(of, 50_000)
    allotted(of, "2017-11", FIRST, 50_000, 1)
    agreed = AgreeLoan("P-1", FIRST, SECOND, CLASS, loan.count, "2018-02-21", PROVINCE, "SP-1/2017")
    unagreed = sent(of, "lent", FIRST, SECOND, ((SERIES, 1, 3_000),), "P-1")
    assert refusal(unagreed) is Refusal.UNKNOWN_LOAN
    of.done(agreed, key_of(PROVINCE, "store"))
    accepted(sent(of, "lent", FIRST, SECOND, ((SERIES, 1, 3_000),), "P-1"))
    received(of, "lent", SECOND)
    assert usable(of, FIRST, SECOND) == {FIRST: 47_000, SECOND: 3_000}
    assert row(of.books.hub, Loan, SECOND, "P-1").outstanding == 3_000
    check_books(of.books)

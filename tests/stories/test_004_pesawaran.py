"""Paper 004, Pesawaran, 12 January 2015: 41,000 to print, 8,016 blanks, ten cards printed, and an office that moved.

One test for each sentence that says something testable; the sentence stands in the docstring.
Numbers are typed by hand; what the paper does not say is marked inferred, above all the
twenty-one working days of a month and that the ten cards were printed on other blanks than
the 8,016 that are held.
"""

import pytest
from attrs import evolve

from ektp_core.allotment.capacity import register_capacity
from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.plan import plan
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal
from ektp_core.flow.activating import Activate, SetCardPolicy
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.allotting import RegisterPrinters, RequestBlanks
from ektp_core.flow.allotting_rows import Request
from ektp_core.flow.cards_rows import CardFacts, CardList
from ektp_core.flow.counter_taking import TakePapers
from ektp_core.flow.custody import Grant
from ektp_core.flow.daily import FileDaily
from ektp_core.flow.handing_over import HandOver
from ektp_core.flow.holds import PlaceHold
from ektp_core.flow.lifting import LiftRecord, lifted_on, printing_order
from ektp_core.flow.listing import MakeBatch
from ektp_core.flow.office_figures import figures_of
from ektp_core.flow.old_cards import old_cards
from ektp_core.flow.pressing import ReturnCard, StartCard
from ektp_core.flow.printing import Authorise
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Tally
from ektp_core.flow.uncollected import activation_timing
from ektp_core.handover.activation import Finding, Timing, When
from ektp_core.handover.delivery import OldCard, Receiver
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.counter_paper import CounterPaper
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.old_card import OldCardReason
from ektp_core.vocabulary.prr import Reason
from ektp_core.vocabulary.request_state import RequestState
from ektp_core.vocabulary.state import LockState, Profile
from ektp_data.policy_file import shipped_policy
from tests.core.flow.office_cards import lock, state
from tests.core.flow.office_life import days_of
from tests.core.flow.offices import (
    CENTRE,
    HUB_KEY,
    PAIR,
    PRINTER,
    VERIFIER_1,
    accepted,
    ask,
    deliver,
    facts,
    refusal,
    row,
    rows,
    station_key,
)
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
    printed,
    received,
    sent,
    supplied,
)

TODAY, NEXT_WEEK = "2015-01-12", "2015-01-19"
OFFICE, STATION = "office/18.09", "station/18.09/1"
STORE, GIVER, SECTION = key_of(OFFICE, "store"), key_of(OFFICE, "giver"), key_of(OFFICE, "section")

BEFORE_EMPTY = shipped_policy("2015-before-empty")
PESAWARAN = OfficeFigures(
    OFFICE, CLASS, stock=8_016, backlog=41_000, requested=32_984, printed_per_month=(10,),
    printers_good=2, daily_cap=100, working_days=21,
)  # fmt: skip


def pesawaran(today: str = TODAY, blanks: int = 0) -> Country:
    """The office and its station, with so many blanks in the machine."""
    of = country(today, ((OFFICE, "Pesawaran"),), (STATION,))
    supplied(of, 50_000)
    if blanks:
        allotted(of, "2015-01", OFFICE, blanks, 1)
        loaded(of, STATION, blanks)
    return of


def order(of: Country) -> list[str]:
    """Who is printed next, one after the other."""
    with of.books.hub.read() as view:
        return list(printing_order(view, OFFICE, of.now_ms))


# -- the office moved, and hardly anything is printed ---------------------------------------------


@pytest.mark.rule(28)
def test_an_office_whose_machines_stand_still_is_given_no_blanks_while_capacity_binds() -> None:
    """'Belum beroperasinya pencetakan e-KTP ... kekurangan server e-KTP karna baru pindah kantor.'

    Inferred: both machines count as broken until the server stands, and capacity binds, as it did from 2017 on.
    """
    policy = evolve(BEFORE_EMPTY, capacity_binds=True)
    still = evolve(PESAWARAN, stock=0, printers_good=0, printers_broken=2)
    grant = plan(policy, {CLASS: 50_000}, [still]).grants[0]
    assert (grant.count, grant.bound_by) == (0, Rule.CAPACITY)
    works = plan(policy, {CLASS: 50_000}, [evolve(PESAWARAN, stock=0)]).grants[0]
    assert (works.count, works.bound_by) == (4_200, Rule.CAPACITY)


@pytest.mark.rule(23)
def test_what_was_authorised_before_the_move_is_printed_the_week_after_and_nobody_loses_his_turn() -> None:
    """'Server e-KTP harus kita seting ulang. Mudah-mudahan minggu depan pencetakan sudah dapat dilakukan kembali.'

    Inferred: one permission was given on the day; its time runs out while the machines stand still.
    """
    of = pesawaran(blanks=1)
    (record,) = entered(of, OFFICE, [1])
    of.done(Authorise(record, STATION), HUB_KEY)
    for answer in deliver(of.books, STATION, of.now_ms):
        accepted(answer)
    of.today = NEXT_WEEK
    book, key = of.books.stations[STATION], station_key(STATION)
    start = ask(book, StartCard(record, 1, PRINTER, -1, Profile.NO_CHIP), key, at_ms=of.now_ms)
    assert refusal(start) is Refusal.LEASE_OVER
    accepted(ask(book, ReturnCard(record, 1, "pindah kantor"), key, at_ms=of.now_ms))
    of.exchange(STATION)
    assert state(of.books.hub, record) is LockState.READY
    printed(of, STATION, [record])
    assert (state(of.books.hub, record), lock(of.books.hub, record).n) == (LockState.PRINTED, 2)


@pytest.mark.rule(24)
def test_ten_cards_are_printed_8_016_blanks_are_held_and_the_report_says_both() -> None:
    """'Baru 10 e-KTP yang sudah tercetak', 'baru terdapat 8.016 blanko.' Inferred: so 8,026 were received."""
    of = pesawaran(blanks=8_026)
    records = entered(of, OFFICE, range(10))
    printed(of, STATION, records)
    assert (of.has(STATION), of.has(STATION, Bucket.GOOD_HELD)) == (8_016, 10)
    wrong = Columns(received=8_016, good=10, remaining=8_006)
    at = of.books.hub.position().seq
    assert refusal(of.ask(FileReport("L-1", "2015-01", at, wrong, ()), STORE)) is Refusal.REPORT_DIFFERS
    right = Columns(received=8_026, good=10, remaining=8_016)
    of.done(FileReport("L-1", "2015-01", at, right, ()), STORE)
    for record in records:
        assert refusal(of.ask(Authorise(record, STATION), HUB_KEY)) is Refusal.NO_SUCH_STEP
    check_books(of.books)


@pytest.mark.rule(28)
def test_41_000_wait_8_016_are_there_and_32_984_are_needed_by_the_book_itself() -> None:
    """'Sebanyak 41.000 keping yang harus dicetak, dan baru terdapat 8.016 blanko', 'menambah kekurangan blanko.'"""
    of = pesawaran(blanks=8_016)
    for first in range(0, 41_000, 1_000):
        entered(of, OFFICE, range(first, first + 1_000))
    with of.books.hub.read() as view:
        figures = figures_of(view, OFFICE, CLASS, of.now_ms)
    assert (figures.backlog, figures.stock, figures.in_transit) == (41_000, 8_016, 0)
    asked = evolve(figures, requested=41_000, accounted_for=True)
    grant = plan(BEFORE_EMPTY, {CLASS: 41_984}, [asked]).grants[0]
    assert (grant.count, grant.bound_by) == (32_984, Rule.NEED)
    assert rows(of.books.hub, Tally, OFFICE) == [], "what is expected is in no book"


@pytest.mark.rule(28)
def test_two_machines_make_200_a_day_so_8_016_are_forty_days_of_work() -> None:
    """'Dari dua mesin cetak e-KTP rata-rata dapat mencetak sekitar 200 keping.' Inferred: in a day, 100 each."""
    assert register_capacity(PESAWARAN) == 4_200
    assert [register_capacity(evolve(PESAWARAN, working_days=days)) for days in (1, 20)] == [200, 4_000]
    two_months = evolve(PESAWARAN, working_days=20)
    policy = evolve(BEFORE_EMPTY, capacity_binds=True)
    for stock, room in ((8_016, 0), (3_999, 1), (0, 4_000)):
        grant = plan(policy, {CLASS: 50_000}, [evolve(two_months, stock=stock)]).grants[0]
        assert (grant.count, grant.bound_by) == (room, Rule.CAPACITY)


@pytest.mark.rule(32)
def test_200_cards_of_two_machines_stand_in_the_days_report_by_themselves() -> None:
    """'Dari dua mesin cetak e-KTP rata-rata dapat mencetak sekitar 200 keping.' Inferred: 100 on each, in one day."""
    of = country(TODAY, ((OFFICE, "Pesawaran"),), (STATION,))
    supplied(of, 300)
    allotted(of, "2015-01", OFFICE, 300, 1)
    records = entered(of, OFFICE, range(200))
    for machine, mine in (("mesin-1", records[:100]), ("mesin-2", records[100:])):
        loaded(of, STATION, 150, machine)
        printed(of, STATION, mine, machine)
    said = days_of(of.books).columns(OFFICE, TODAY)
    assert (said["printed_first"], said["good"], said["remaining"], said["received"]) == (200, 200, 100, 300)


# -- more blanks, before these are used up --------------------------------------------------------


@pytest.mark.rule(27)
def test_the_next_is_asked_for_before_the_8_016_are_used_up_and_granted_when_the_first_is_reported() -> None:
    """'Sebelum, 8.016 blangko ini habis tercetak, kita akan usulkan kembali ke pusat.' That it waits is inferred."""
    of = pesawaran(blanks=8_016)
    of.done(SetAllotmentPolicy(BEFORE_EMPTY, "SE-1/2015"), *PAIR)
    of.done(RequestBlanks("U-2", OFFICE, CLASS, 32_984, "470/12/2015", TODAY, "kekurangan"), STORE)
    assert row(of.books.hub, Request, OFFICE, RequestState.OPEN, "U-2").count == 32_984
    grant = Grant("2015-02", OFFICE, CLASS, 32_984)
    answer = of.ask(grant, VERIFIER_1)
    assert (refusal(answer), facts(answer)["allotment"]) == (Refusal.ALLOTMENT_UNREPORTED, "2015-01")
    everything = Columns(received=8_016, remaining=8_016)
    of.done(FileReport("L-1", "2015-01", of.books.hub.position().seq, everything, ()), STORE)
    assert refusal(of.ask(evolve(grant, count=32_985), VERIFIER_1)) is Refusal.ABOVE_LIMIT
    of.done(grant, VERIFIER_1)
    assert row(of.books.hub, Request, OFFICE, RequestState.GRANTED, "U-2").allotment == "2015-02"
    assert (of.has(CENTRE, Bucket.RESERVED), of.has(STATION)) == (32_984, 8_016)


@pytest.mark.rule(28)
def test_where_capacity_binds_the_book_refuses_what_two_machines_cannot_print() -> None:
    """'Dari dua mesin ... sekitar 200 keping.' Inferred: 21 days, and a policy under which capacity binds."""
    of = pesawaran()
    of.done(SetAllotmentPolicy(evolve(BEFORE_EMPTY, capacity_binds=True), "SE-1/2015"), *PAIR)
    of.done(RegisterPrinters(OFFICE, CLASS, 2, 0, 0, 0, daily_cap=100, working_days=21), SECTION)
    of.done(RequestBlanks("U-1", OFFICE, CLASS, 41_000), STORE)
    answer = of.ask(Grant("2015-01", OFFICE, CLASS, 41_000), VERIFIER_1)
    assert (refusal(answer), facts(answer)["limit"]) == (Refusal.ABOVE_CAPACITY, 4_200)
    of.done(Grant("2015-01", OFFICE, CLASS, 4_200), VERIFIER_1)


@pytest.mark.rule(13)
def test_the_office_fetches_in_jakarta_what_comes_down_in_stages() -> None:
    """'Kita akan ambil langsung blangko ke Jakarta. Karena memang turunnya secara bertahap.'

    Inferred: loads of 10,000, a fortnight apart.
    """
    grant = plan(BEFORE_EMPTY, {CLASS: 50_000}, [PESAWARAN]).grants[0]
    assert (grant.count, grant.deliveries) == (32_984, ((0, 10_000), (14, 10_000), (28, 10_000), (42, 2_984)))
    of = pesawaran("2015-01-30")
    granted(of, "2015-02", OFFICE, grant.count)
    days = ("2015-01-30", "2015-02-13", "2015-02-27", "2015-03-13")
    there, lo = [], 1
    for day, (_, load) in zip(days, grant.deliveries, strict=True):
        of.today = day
        accepted(sent(of, f"jalan/{day}", CENTRE, OFFICE, ((SERIES, lo, lo + load - 1),), "2015-02"))
        received(of, f"jalan/{day}", OFFICE)
        there.append((of.has(OFFICE), of.has(CENTRE, Bucket.RESERVED)))
        lo += load
    assert there == [(10_000, 22_984), (20_000, 12_984), (30_000, 2_984), (32_984, 0)]
    beyond = sent(of, "jalan/lagi", CENTRE, OFFICE, ((SERIES, lo, lo),), "2015-02")
    assert refusal(beyond) is Refusal.NOT_HELD


# -- who is printed first -------------------------------------------------------------------------


@pytest.mark.rule(31)
def test_urgent_people_are_printed_first_by_the_section_heads_word_and_stand_in_the_daily_list() -> None:
    """'Diprioritaskan kepada warga yang ... mendesak seperti ... admisitrasi kesehatan, ... perguruan tinggi.'

    'Pencetakan, dikarenakan ganti status, pindah alamat, dan beberapa kesalahan perekaman': after them; the paper
    gives no order among these. Inferred: as they came.
    """
    of = pesawaran()
    of.done(SetAllotmentPolicy(BEFORE_EMPTY, "SE-1/2015"), *PAIR)
    (wrong,) = entered(of, OFFICE, [1], Reason.RECORDING_ERROR)
    (moved,) = entered(of, OFFICE, [2], Reason.MOVED)
    (status,) = entered(of, OFFICE, [3], Reason.DATA_CHANGE)
    patient, student = entered(of, OFFICE, [4, 5])
    assert order(of) == [wrong, moved, status, patient, student]
    assert refusal(of.ask(LiftRecord(student, "kuliah"), STORE)) is Refusal.NOT_ALLOWED
    assert refusal(of.ask(LiftRecord(student, " "), SECTION)) is Refusal.BAD_VALUE
    of.done(LiftRecord(student, "mendaftar perguruan tinggi"), SECTION)
    of.done(LiftRecord(patient, "administrasi kesehatan"), SECTION)
    assert order(of) == [patient, student, wrong, moved, status]
    with of.books.hub.read() as view:
        found = {one.record: (one.why, one.by) for one in lifted_on(view, OFFICE, TODAY)}
    assert found == {
        patient: ("administrasi kesehatan", ("18.09-section",)),
        student: ("mendaftar perguruan tinggi", ("18.09-section",)),
    }


@pytest.mark.rule(34)
def test_who_comes_to_the_office_shows_card_and_family_card_and_is_urgent_as_the_policy_says() -> None:
    """'Yang akan mencetak di kantor Disdukcapil syaratnya cukup bawa KTP asli dan foto copy KK.'"""
    of = pesawaran()
    of.done(SetAllotmentPolicy(BEFORE_EMPTY, "SE-1/2015"), *PAIR)
    wrong, patient = entered(of, OFFICE, [1, 2], Reason.RECORDING_ERROR)
    without = of.ask(TakePapers(patient, Reason.RECORDING_ERROR, (CounterPaper.FAMILY_CARD,)), STORE)
    assert refusal(without) is Refusal.PAPERS_MISSING
    both = (CounterPaper.OLD_CARD, CounterPaper.FAMILY_CARD)
    of.done(TakePapers(patient, Reason.RECORDING_ERROR, both, urgency="mendesak"), STORE)
    assert order(of) == [patient, wrong]


@pytest.mark.rule(35)
def test_a_districts_proposal_is_a_list_and_its_urgent_member_does_not_wait_for_it() -> None:
    """'Akan dicetak sesuai dengan usulan masing-masing kecamatan.' Inferred: handed out by that list; two districts."""
    of = pesawaran(blanks=4)
    here = entered(of, OFFICE, [1, 2, 3])
    there = entered(of, OFFICE, [4])
    of.done(MakeBatch("Usulan Gedong Tataan", OFFICE, here, urgent=here[:1]), GIVER)
    of.done(MakeBatch("Usulan Way Lima", OFFICE, there), GIVER)
    taken = of.ask(MakeBatch("Usulan Negeri Katon", OFFICE, there), GIVER)
    assert refusal(taken) is Refusal.ALREADY_KNOWN
    printed(of, STATION, here[:2])
    of.done(HandOver(here[0], 1), GIVER)
    assert refusal(of.ask(HandOver(here[1], 1), GIVER)) is Refusal.ON_HOLD
    printed(of, STATION, here[2:])
    of.done(HandOver(here[1], 1), GIVER)
    assert row(of.books.hub, CardList, "Usulan Way Lima").closed_ms == 0


@pytest.mark.rule(3)
@pytest.mark.rule(14)
def test_who_prints_at_the_office_brings_the_old_card_and_it_is_kept_for_destruction() -> None:
    """'Syaratnya cukup bawa KTP asli ... serta langsung mengajukan usulan ke kantor.'

    Inferred: the old card is given up when the new one is handed over.
    """
    of = pesawaran(blanks=1)
    (record,) = entered(of, OFFICE, [1], Reason.DATA_CHANGE)
    printed(of, STATION, [record])
    empty_handed = of.ask(HandOver(record, 1), GIVER)
    assert refusal(empty_handed) is Refusal.PREVIOUS_CARD_OPEN
    of.done(HandOver(record, 1, Receiver.HOLDER, OldCard.SURRENDERED), GIVER)
    with of.books.hub.read() as view:
        assert [(one.reason, one.count) for one in old_cards(view, OFFICE)] == [(OldCardReason.DATA_CHANGE, 1)]


# -- how many have a card -------------------------------------------------------------------------


@pytest.mark.rule(28)
@pytest.mark.rule(32)
def test_247_111_obliged_less_216_800_who_have_a_card_are_30_311_and_not_the_41_000_to_be_printed() -> None:
    """'Wajib KTP dan perekaman e-KTP, telah mencapai 247.111 jiwa. ... sudah menerima e-KTP mencapai 216.800 keping.'

    Inferred: the 30,311 are the office's own figure; the 41,000 that decide hold renewals besides.
    """
    without = 247_111 - 216_800
    figures = evolve(PESAWARAN, requested=41_000, own_backlog=without)
    grant = plan(BEFORE_EMPTY, {CLASS: 50_000}, [figures]).grants[0]
    assert (grant.facts["backlog"], grant.facts["own_backlog"], grant.count) == (41_000, 30_311, 32_984)
    first_cards_only = plan(BEFORE_EMPTY, {CLASS: 50_000}, [evolve(figures, backlog=30_311)]).grants[0]
    assert (first_cards_only.count, first_cards_only.bound_by) == (22_295, Rule.NEED)


@pytest.mark.rule(29)
def test_recording_in_remote_villages_is_reported_and_moves_no_blank() -> None:
    """'Kita jemput bola melakukan perekaman e-KTP dengan menggunakan e-Mobile KTP.' Inferred: 75 in a day."""
    of = pesawaran(blanks=100)
    before = rows(of.books.hub, Tally)
    of.done(FileDaily(OFFICE, TODAY, (("recorded", 75),)), STORE)
    assert rows(of.books.hub, Tally) == before
    said = days_of(of.books).columns(OFFICE, TODAY)
    assert (said["remaining"], said["prr"]) == (100, 0)


@pytest.mark.rule(5)
@pytest.mark.rule(18)
def test_who_has_turned_17_has_the_printed_card_activated_at_the_office() -> None:
    """'Warga yang sudah memasuki usia 17 tahun dan fisik e-KTP yang sudah dicetak, langsung diaktifkan di kantor kita.'

    Inferred: the birthday is the 19th of January, and the year's policy wants activation at hand-over.
    """
    of = pesawaran(blanks=1)
    of.done(SetCardPolicy("2015-01-01", When.AT, 90, "SE-2/2015"), *PAIR)
    (record,) = entered(of, OFFICE, [1])
    printed(of, STATION, [record])
    of.done(PlaceHold(record, HoldKind.UNDER_AGE, "belum 17 tahun", NEXT_WEEK), STORE)
    of.today = "2015-01-18"
    assert refusal(of.ask(HandOver(record, 1), GIVER)) is Refusal.ON_HOLD
    of.today = NEXT_WEEK
    of.done(Activate(Finding.FITS, record, 1), GIVER)
    of.done(HandOver(record, 1), GIVER)
    with of.books.hub.read() as view:
        assert activation_timing(view, row(of.books.hub, CardFacts, record, 1)) is Timing.IN_TIME

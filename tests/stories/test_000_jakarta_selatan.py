"""Paper 000, South Jakarta, 27 March 2018: blanks as many as there are print-ready records, every week.

One test for each sentence that says something testable; the sentence stands in the docstring.
The 87,000 are South Jakarta's, as the body of the paper says, not the whole province's, as its
headline does. Numbers are typed by hand; what the paper does not say is marked inferred.
"""

import pytest
from attrs import evolve

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.need import forecast
from ektp_core.allotment.plan import plan
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal
from ektp_core.flow.allotment_policies import SetAllotmentPolicy
from ektp_core.flow.allotting import RequestBlanks
from ektp_core.flow.cards_rows import Adjudication, CardFacts, CardList, Hold
from ektp_core.flow.custody import Grant
from ektp_core.flow.daily import FileDaily
from ektp_core.flow.declaring import DeclareUse
from ektp_core.flow.handing_over import HandOver
from ektp_core.flow.holds import LiftHold, PlaceHold
from ektp_core.flow.imported import Adjudicate, EnterLocked
from ektp_core.flow.listing import BringBack, SendOut
from ektp_core.flow.office_figures import all_figures, supply_of
from ektp_core.flow.office_rows import Daily, Suket
from ektp_core.flow.placeholders import Standing, proven_and_assumed
from ektp_core.flow.printing import Authorise
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Lock, Record, Tally
from ektp_core.flow.suket import RegisterSuket, is_warned
from ektp_core.flow.uncollected import uncollected
from ektp_core.handover.ageing import aged
from ektp_core.handover.delivery import Receiver
from ektp_core.spoilage.report import Columns
from ektp_core.vocabulary.bucket import Bucket, Condition
from ektp_core.vocabulary.card_words import Judgement
from ektp_core.vocabulary.hold import HoldKind
from ektp_core.vocabulary.imported_status import ImportedStatus
from ektp_core.vocabulary.prr import Reason
from ektp_core.vocabulary.state import LockState
from ektp_data.policy_file import shipped_policy
from tests.core.flow.office_cards import person, state
from tests.core.flow.offices import (
    CENTRE,
    HUB_KEY,
    PAIR,
    VERIFIER_1,
    accepted,
    ask_all,
    digest_of,
    facts,
    refusal,
    row,
    rows,
)
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
    recording,
    sent,
    supplied,
)

TODAY = "2018-03-27"
PROVINCE, OFFICE, STATION = "province/31", "office/31.74", "station/31.74/1"
#: "Daerah lain", where somebody recorded before: which one is inferred.
ELSEWHERE = "office/32.76"
STORE, GIVER = key_of(OFFICE, "store"), key_of(OFFICE, "giver")
VILLAGE, SECTION = key_of(OFFICE, "village"), key_of(OFFICE, "section")

WEEKLY = shipped_policy("2018-weekly")
#: Inferred: it prints 29,000 a month (87,000 in three), and nothing was left when it asked.
ASKING = OfficeFigures(
    OFFICE, CLASS, requested=14_760, backlog=14_760, best_month=29_000, printed_per_month=(29_000, 29_000, 29_000),
    accounted_for=True, grant_age_days=7,
)  # fmt: skip


def jakarta(today: str = TODAY) -> Country:
    """The province, the office with one station, and the office of another region."""
    parties = ((PROVINCE, "DKI Jakarta"), (OFFICE, "Jakarta Selatan"), (ELSEWHERE, "Depok"))
    return country(today, parties, (STATION,))


def with_blanks(count: int) -> Country:
    """The station has so many blanks in its machine."""
    of = jakarta()
    supplied(of, count)
    allotted(of, "2018-W13", OFFICE, count, 1)
    loaded(of, STATION, count)
    return of


def with_cards(count: int) -> tuple[Country, tuple[str, ...]]:
    """So many finished cards, none handed over."""
    of = with_blanks(count)
    records = entered(of, OFFICE, range(count))
    printed(of, STATION, records)
    return of, records


def handed(of: Country, records: tuple[str, ...], key: str = GIVER) -> None:
    """These cards go to their holders."""
    ask_all(of.books.hub, [HandOver(record, 1, Receiver.HOLDER) for record in records], key, at_ms=of.now_ms)


def waiting(of: Country) -> list[str]:
    """Records of the finished cards nobody has fetched."""
    with of.books.hub.read() as view:
        return [one.record for one in uncollected(view, STATION, CLASS)]


# -- blanks: as many as print-ready records, every week ---------------------------------------


@pytest.mark.rule(9)
@pytest.mark.rule(10)
def test_87_000_cards_printed_from_january_to_march_are_south_jakartas_and_known_by_count_alone() -> None:
    """'Dukcapil Jakarta Selatan telah mencetak 87 ribu KTP-e dalam kurun waktu Januari-Maret 2018.'

    Inferred: 90,000 blanks at the year's beginning, 29,000 used each month.
    """
    of = jakarta("2018-01-01")
    opened(of, OFFICE, (Condition.BLANK, 90_000))
    of.today = TODAY
    for day in ("2018-01-31", "2018-02-28", "2018-03-26"):
        of.done(DeclareUse(OFFICE, CLASS, 29_000, day, f"LAP/{day}"), *pair_of(OFFICE))
    with of.books.hub.read() as view:
        assert proven_and_assumed(view, OFFICE) == (
            Standing(Bucket.STOCK, CLASS, 0, 3_000),
            Standing(Bucket.USED_DECLARED, CLASS, 0, 87_000),
        )
        assert proven_and_assumed(view, PROVINCE) == ()


@pytest.mark.rule(28)
def test_it_asks_for_blanks_by_its_print_ready_records_and_gets_no_more() -> None:
    """'Pihaknya mengajukan blanko KTP-e sesuai dengan data print ready record.'

    Inferred: the 14,760 unique recordings are its print-ready records; once it asks for 20,000.
    """
    for requested, bound_by in ((14_760, Rule.REQUEST), (20_000, Rule.NEED)):
        grant = plan(WEEKLY, {CLASS: 800_000}, [evolve(ASKING, requested=requested)]).grants[0]
        assert (grant.count, grant.bound_by) == (14_760, bound_by)


@pytest.mark.rule(28)
def test_the_print_ready_records_that_count_are_those_of_the_ministry() -> None:
    """'Kita ambil blanko sesuai print ready record di Kemendagri.' Inferred: the office's own list says 16,400."""
    grant = plan(WEEKLY, {CLASS: 800_000}, [evolve(ASKING, requested=16_400, own_backlog=16_400)]).grants[0]
    assert (grant.count, grant.bound_by) == (14_760, Rule.NEED)
    assert (grant.facts["backlog"], grant.facts["own_backlog"]) == (14_760, 16_400)


@pytest.mark.rule(27)
def test_every_week_as_many_as_wait_are_granted_once_the_week_before_is_reported() -> None:
    """'Permintaan diajukan ... setiap pekannya.' Inferred: 20,000 asked on the 20th, and once more by the 27th."""
    of = jakarta("2018-03-20")
    supplied(of, 40_000)
    of.done(SetAllotmentPolicy(WEEKLY, "SE-1/2018"), *PAIR)
    entered(of, OFFICE, range(14_760))
    of.done(RequestBlanks("U-1", OFFICE, CLASS, 20_000), STORE)
    with of.books.hub.read() as view:
        divided = plan(WEEKLY, supply_of(view), all_figures(view, of.now_ms)).grants
    assert [(one.office, one.count, one.bound_by) for one in divided if one.count] == [(OFFICE, 14_760, Rule.NEED)]
    allotted(of, "2018-W12", OFFICE, 14_760, 1)
    of.today = "2018-03-26"
    of.done(RequestBlanks("U-2", OFFICE, CLASS, 500), STORE)
    second = Grant("2018-W13", OFFICE, CLASS, 500)
    assert refusal(of.ask(second, VERIFIER_1)) is Refusal.ALLOTMENT_UNREPORTED
    unused = Columns(received=14_760, remaining=14_760)
    of.done(FileReport("L-1", "2018-W12", of.books.hub.position().seq, unused, ()), STORE)
    early = of.ask(second, VERIFIER_1)
    assert (refusal(early), facts(early)["rule"]) == (Refusal.NEXT_NOT_DUE, "TOO_SOON")
    of.today = TODAY
    of.done(second, VERIFIER_1)


@pytest.mark.rule(13)
def test_the_blanks_come_by_way_of_the_province() -> None:
    """'Permintaan diajukan ke Dinas Dukcapil DKI Jakarta.' Inferred: the blanks then lie in its store on the way."""
    of = jakarta()
    supplied(of, 20_000)
    of.done(Grant("2018-W13", OFFICE, CLASS, 14_760), VERIFIER_1)
    week = ((SERIES, 1, 14_760),)
    accepted(sent(of, "to-province", CENTRE, PROVINCE, week, "2018-W13"))
    received(of, "to-province", PROVINCE)
    assert (of.has(PROVINCE), of.has(OFFICE)) == (14_760, 0)
    assert refusal(sent(of, "astray", PROVINCE, ELSEWHERE, week, "2018-W13")) is Refusal.BAD_VALUE
    accepted(sent(of, "to-office", PROVINCE, OFFICE, week, "2018-W13"))
    assert of.has(OFFICE, Bucket.IN_TRANSIT) == 14_760
    received(of, "to-office", OFFICE)
    assert (of.has(CENTRE), of.has(PROVINCE), of.has(OFFICE)) == (5_240, 0, 14_760)
    check_books(of.books)


@pytest.mark.rule(36)
def test_without_blanks_nothing_is_printed_and_with_them_a_letter_instead_of_a_card_is_a_warning() -> None:
    """'Dulu ada masalah dengan blanko. Sekarang tidak ada masalah lagi', 'pencetakan ... bisa berjalan lancar.'"""
    of = jakarta()
    (record,) = entered(of, OFFICE, [1])
    assert refusal(of.ask(Authorise(record, STATION), HUB_KEY)) is Refusal.NO_BLANK
    letters = {}
    for number in ("S-1", "S-2"):
        body = RegisterSuket(OFFICE, number, TODAY, Reason.FIRST, "PRR", person(7))
        of.done(body, STORE)
        letters[number] = is_warned(row(of.books.hub, Suket, OFFICE, number))
        if number == "S-1":
            supplied(of, 10)
            allotted(of, "2018-W13", OFFICE, 10, 1)
    assert letters == {"S-1": False, "S-2": True}
    loaded(of, STATION, 10)
    printed(of, STATION, [record])
    assert state(of.books.hub, record) is LockState.PRINTED


# -- recorded, found unique, print-ready ------------------------------------------------------


@pytest.mark.rule(29)
@pytest.mark.rule(32)
def test_16_400_people_recorded_are_reported_and_move_no_blank() -> None:
    """'Sejak Januari-Maret pihaknya telah melakukan perekaman terhadap 16.400 warga.' Inferred: by month."""
    of = jakarta("2018-01-01")
    opened(of, OFFICE, (Condition.BLANK, 90_000))
    of.today = TODAY
    before = rows(of.books.hub, Tally)
    for day, recorded in (("2018-01-31", 5_400), ("2018-02-28", 5_500), ("2018-03-26", 5_500)):
        of.done(FileDaily(OFFICE, day, (("recorded", recorded),)), STORE)
    assert rows(of.books.hub, Tally) == before
    assert sum(dict(one.columns)["recorded"] for one in rows(of.books.hub, Daily)) == 16_400


@pytest.mark.rule(5)
def test_of_16_400_recorded_14_760_are_found_unique_and_only_they_may_be_printed() -> None:
    """'Dari 16.400 perekaman data sepanjang tahun ini, penunggalan data sudah 90 persen.'

    Inferred: each recording comes in held for the check; the centre lifts nine in ten.
    """
    of = jakarta()
    records = entered(of, OFFICE, range(16_400))
    check = [PlaceHold(record, HoldKind.DUPLICATE_CHECK, "penunggalan") for record in records]
    ask_all(of.books.hub, check, VERIFIER_1, at_ms=of.now_ms)
    found = [LiftHold(record, HoldKind.DUPLICATE_CHECK, "tunggal") for record in records[:14_760]]
    ask_all(of.books.hub, found, VERIFIER_1, at_ms=of.now_ms)
    assert len(rows(of.books.hub, Hold)) == 1_640
    assert forecast(16_400, WEEKLY.forecast_percent) == 14_760
    supplied(of, 1)
    allotted(of, "2018-W13", OFFICE, 1, 1)
    loaded(of, STATION, 1)
    assert refusal(of.ask(Authorise(records[14_760], STATION), HUB_KEY)) is Refusal.ON_HOLD
    of.done(Authorise(records[14_759], STATION), HUB_KEY)


@pytest.mark.rule(5)
def test_a_card_is_printed_only_after_the_ministry_found_no_double_recording() -> None:
    """'Kemendagri akan melakukan penunggalan data. Jika tidak ada rekam ganda, maka fisik KTP-e baru bisa dicetak.'

    'Satu NIK hanya membutuhkan waktu selama dua hari': recorded on the 25th, lifted and printed on the 27th.
    """
    of = with_blanks(1)
    of.today = "2018-03-25"
    (record,) = entered(of, OFFICE, [1])
    of.done(PlaceHold(record, HoldKind.DUPLICATE_CHECK, "penunggalan"), VERIFIER_1)
    of.today = TODAY
    assert refusal(of.ask(Authorise(record, STATION), HUB_KEY)) is Refusal.ON_HOLD
    lift = LiftHold(record, HoldKind.DUPLICATE_CHECK, "tunggal")
    assert refusal(of.ask(lift, SECTION)) is Refusal.NOT_ALLOWED
    of.done(lift, VERIFIER_1)
    printed(of, STATION, [record])
    assert state(of.books.hub, record) is LockState.PRINTED


@pytest.mark.rule(2)
@pytest.mark.parametrize("is_half_finished", [False, True])
def test_who_recorded_elsewhere_and_again_in_jakarta_is_one_lock_and_a_line_to_be_judged(
    is_half_finished: bool,
) -> None:
    """'Warga sudah merekam di daerah lain dan fisiknya belum keluar. Kemudian merekam lagi di Jakarta.'

    Inferred: the first recording waits to be printed, or was sent for printing in the old system.
    """
    of = with_blanks(1)
    if is_half_finished:
        life = EnterLocked(
            ELSEWHERE, person(1), digest_of(b"life"), ImportedStatus.SENT_FOR_CARD_PRINTING, checked_ms=of.now_ms
        )
        of.done(life, key_of(ELSEWHERE, "store"))
    else:
        entered(of, ELSEWHERE, [1])
    first = rows(of.books.hub, Lock)
    of.done(recording(of, OFFICE, 1), STORE)
    assert rows(of.books.hub, Lock) == first and len(first) == 1
    assert [one.office for one in rows(of.books.hub, Record)] == [ELSEWHERE]
    line = row(of.books.hub, Adjudication, first[0].record, OFFICE)
    assert line.judgement is None
    of.done(Adjudicate(line.record, OFFICE, Judgement.SAME_PERSON, "BA-RG/1"), VERIFIER_1)
    assert rows(of.books.hub, Lock) == first, "judged, and still one lock"
    again = of.ask(recording(of, OFFICE, 1), STORE)
    assert refusal(again) is Refusal.PERSON_HAS_OPEN_RECORD


# -- handed out -------------------------------------------------------------------------------


@pytest.mark.rule(35)
def test_of_87_printed_73_are_handed_out_and_14_wait_to_be_fetched() -> None:
    """'Telah mencetak 87 ribu ... 73 ribu lembar ... di antaranya telah didistribusikan': here one for each hundred.

    870 cards, 730 handed over, 140 wait; that the rest wait at the office is inferred.
    """
    of, records = with_cards(870)
    handed(of, records[:730])
    assert (of.has(STATION, Bucket.GOOD_HELD), of.has(STATION, Bucket.HANDED_OVER)) == (140, 730)
    assert waiting(of) == list(records[730:])
    handed_twice = of.ask(HandOver(records[0], 1), GIVER)
    assert refusal(handed_twice) is Refusal.ALREADY_KNOWN
    printed_twice = of.ask(Authorise(records[0], STATION), HUB_KEY)
    assert refusal(printed_twice) is Refusal.NO_SUCH_STEP


@pytest.mark.rule(35)
def test_140_waiting_cards_go_to_65_villages_each_with_its_own_list() -> None:
    """'Pengambilan bisa dilakukan di kantor kelurahan masing-masing. ... totalnya ada 65 kelurahan.'

    Inferred: two or three of the 140 cards live in each.
    """
    of, records = with_cards(140)
    lists = {f"Kelurahan {number:02}": records[number - 1 :: 65] for number in range(1, 66)}
    assert sorted(map(len, lists.values())) == [2] * 55 + [3] * 10
    for name, members in lists.items():
        of.done(SendOut(name, OFFICE, name, members), GIVER)
    assert len(rows(of.books.hub, CardList)) == 65
    assert {row(of.books.hub, CardFacts, record, 1).out_on for record in records} == set(lists)
    second_list = of.ask(SendOut("Kelurahan 66", OFFICE, "Kelurahan 66", records[:1]), GIVER)
    assert refusal(second_list) is Refusal.ALREADY_KNOWN
    for members in lists.values():
        handed(of, members[:1], VILLAGE)
    for name, members in lists.items():
        assert refusal(of.ask(BringBack(name, members), GIVER)) is Refusal.LIST_DIFFERS
        of.done(BringBack(name, members[1:]), GIVER)
    assert len(waiting(of)) == 140 - 65
    check_books(of.books)


@pytest.mark.rule(35)
@pytest.mark.parametrize(
    ("day", "place"), [("2018-03-31", "Kantor RW 03, Sabtu"), ("2018-04-01", "HBKB Sudirman, Minggu")]
)
def test_cards_are_carried_out_on_saturdays_and_to_the_car_free_day_and_the_rest_comes_back(
    day: str, place: str
) -> None:
    """'Layanan pengambilan fisik KTP-e di kantor RW setiap Sabtu', 'di berbagai acara ... seperti saat HBKB.'

    'Pendistribusian KTP-e sendiri dilakukan dengan membuka layanan jemput bola.' Dates and names are inferred.
    """
    of, (fetched, left) = with_cards(2)
    of.today = day
    of.done(SendOut(place, OFFICE, place, (fetched, left)), GIVER)
    handed(of, (fetched,), VILLAGE)
    of.done(BringBack(place, (left,)), GIVER)
    assert row(of.books.hub, CardList, place).returned == (left,)
    assert waiting(of) == [left]
    assert row(of.books.hub, CardFacts, fetched, 1).handed_by == ("31.74-village",)


@pytest.mark.rule(35)
def test_cards_nobody_fetched_are_counted_by_how_long_they_wait() -> None:
    """'Abdul mengimbau warga untuk mengambil fisik KTP-e yang telah selesai dicetak.'

    Inferred: after 90 days overdue.
    """
    of, records = with_cards(3)
    handed(of, records[:1])
    ages = {}
    for day in ("2018-04-02", "2018-04-03", "2018-06-24", "2018-06-25"):
        of.today = day
        with of.books.hub.read() as view:
            ages[day] = aged(uncollected(view, STATION, CLASS), of.now_ms).counts
    assert ages == {
        "2018-04-02": (2, 0, 0, 0),
        "2018-04-03": (0, 2, 0, 0),
        "2018-06-24": (0, 0, 2, 0),
        "2018-06-25": (0, 0, 0, 2),
    }

"""What a spooler says, read into plain values, conditions and supplies; a stranger's values are never guessed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_core.boundary.card_printer import Condition, DriverError, PrintToken, Severity, Supply
from ektp_driver_cups.conditions import REASONS, notices, supplies
from ektp_driver_cups.picture import PDF, PNG, document
from ektp_driver_cups.queue import HELD, Job, JobState, Queue, QueueState, is_card, job_name, owner_of, read_job
from tests.drivers.bad_pictures import BAD

VALUES = st.lists(st.none() | st.integers() | st.text(max_size=30) | st.booleans() | st.binary(max_size=9)).map(tuple)
NAMES = (
    "printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs", "device-uri",
    "printer-error-policy", "copies-default", "job-sheets-default", "job-hold-until-default", "media-supported",
    "media-default", "printer-uuid", "printer-device-id", "marker-names", "marker-levels", "marker-types", "job-id",
    "job-name", "job-state", "job-state-reasons", "time-at-processing", "number-of-documents", "job-preserved",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_whatever_a_spooler_says_is_read_without_an_error_and_nothing_becomes_an_end(
    values: dict[str, tuple[Any, ...]],
) -> None:
    queue, job = Queue(values), read_job(values)
    assert queue.state in (None, *QueueState)
    assert isinstance(queue.serial("card"), str) and isinstance(queue.card_medium, str)
    assert all(one.severity in Severity for one in notices(queue.reasons))
    assert all(one.remaining is None for one in supplies(values))
    if job is not None and job.is_over:
        assert values["job-state"][0] in (7, 8, 9)


@pytest.mark.parametrize(
    ("reason", "condition", "severity"),
    [
        ("media-empty", Condition.HOPPER_EMPTY, Severity.ERROR),
        ("media-empty-error", Condition.HOPPER_EMPTY, Severity.ERROR),
        ("media-empty-warning", Condition.HOPPER_EMPTY, Severity.WARNING),
        ("media-empty-report", Condition.HOPPER_EMPTY, Severity.WARNING),
        ("media-jam-report", Condition.JAM, Severity.WARNING),
        ("media-low-report", Condition.HOPPER_LOW, Severity.REPORT),
        ("marker-supply-low-report", Condition.RIBBON_LOW, Severity.REPORT),
        ("cover-open-error", Condition.COVER_OPEN, Severity.ERROR),
        ("com.hidglobal.transfer-cold", Condition.OTHER, Severity.WARNING),
        ("com.hidglobal.transfer-cold-report", Condition.OTHER, Severity.REPORT),
    ],
)
def test_a_reason_becomes_a_condition_and_its_own_word_is_kept(
    reason: str, condition: Condition, severity: Severity
) -> None:
    (found,) = notices((reason,))
    assert (found.condition, found.severity, found.vendor_code) == (condition, severity, reason)


def test_what_the_spooler_says_of_itself_is_no_condition_of_the_printer() -> None:
    assert notices(("paused", "cups-waiting-for-job-completed", "none")) == ()
    assert len({condition for condition, _ in REASONS.values()}) >= 12


def test_levels_that_are_no_levels_are_kept_apart() -> None:
    found = supplies({
        "marker-names": ("YMCKH", "film", "cleaner", "spare", "odd"),
        "marker-types": ("ribbon", "transferUnit"),
        "marker-levels": (37, -1, -2, -3, 900),
    })  # fmt: skip
    assert [one.told for one in found] == ["37 %", "unavailable", "unknown", "some left", ""]
    assert found[0] == Supply("ribbon: YMCKH", None, told="37 %")
    assert {one.remaining for one in found} == {None}


@pytest.mark.parametrize(
    ("values", "serial"),
    [
        ({"device-uri": ("ektp-once:usb://Fargo/HDP5000?serial=A1B2C3",)}, "A1B2C3"),
        ({"device-uri": ("usb://x/y?interface=1&serial=Z9",)}, "Z9"),
        ({"printer-device-id": ("MFG:Fargo;MDL:HDP5000;SN:B4400123;",)}, "B4400123"),
        ({"device-uri": ("socket://10.1.1.1",), "printer-uuid": ("urn:uuid:36c4",)}, "card@36c4"),
    ],
)
def test_a_queues_serial_is_the_printers_own_where_it_is_shown(values: dict[str, tuple[str, ...]], serial: str) -> None:
    assert Queue(values).serial("card") == serial


def test_a_job_is_named_by_a_digest_and_another_try_is_another_name() -> None:
    names = {job_name(PrintToken(record, n, t).job_key) for record in ("52.03-1", "52.03-2") for n in (1, 2) for t in (1, 2)}
    assert len(names) == 8 and all(len(one) == 37 and one.startswith("ektp-") and "52" not in one[:7] for one in names)


@pytest.mark.parametrize("name", ["", "ektp-", "ektp-antrian", "ektp-" + "a" * 31, "ektp-" + "a" * 33, "EKTP-" + "a" * 32,
                                  "ektp-" + "g" * 32, "x ektp-" + "a" * 32, "ektp-" + "a" * 32 + "\n"])  # fmt: skip
def test_a_document_is_ours_by_its_exact_name_alone(name: str) -> None:
    assert not Job(1, name, None).is_ours
    assert Job(1, job_name("x"), None).is_ours and Job(1, "ektp-probe", None).is_ours


def test_who_holds_a_queue_is_read_from_our_own_words_only() -> None:
    def held(words: str) -> str:
        return Queue({"printer-state-message": (words,)}).holder

    assert held(f"{HELD} [0a1b2c3d.0123456789abcdef]") == "0a1b2c3d.0123456789abcdef"
    assert held(f"{HELD} [0123456789abcdef]") == "0123456789abcdef"
    assert held("the technician [0123456789abcdef]") == held(HELD) == held(f"{HELD} [x]") == ""
    assert (owner_of("0a1b2c3d.0123"), owner_of("0123"), owner_of("")) == ("0a1b2c3d", "", "")


def test_a_state_nobody_knows_is_no_end() -> None:
    assert not Job(1, "x", None).is_over and not Job(1, "x", JobState.STOPPED).is_over
    assert read_job({"job-id": (4,), "job-state": (12,)}) == Job(4, "", None)
    assert read_job({"job-name": ("x",)}) is None


def test_media_of_a_cards_size_are_known_by_their_size() -> None:
    assert is_card("custom_cr80_53.98x85.6mm") and is_card("om_card_54x86mm") and is_card("na_cr80_3.375x2.125in")
    assert not any(map(is_card, ("iso_a4_210x297mm", "CR80", "", "x_54x86", "iso_id-000_15x25mm")))
    queue = Queue({"media-default": ("iso_a4_210x297mm",), "media-supported": ("iso_a4_210x297mm", "om_card_54x86mm")})
    assert queue.card_medium == "om_card_54x86mm"


def test_the_picture_goes_as_pdf_first_and_never_in_another_size(picture: bytes) -> None:
    assert document(picture, (PNG, PDF))[0] == PDF
    assert document(picture, (PNG,)) == (PNG, picture)
    huge = picture[:16] + (60_000).to_bytes(4) * 2 + picture[24:]
    with pytest.raises(DriverError, match="60000 x 60000"):
        document(huge, (PDF,))
    with pytest.raises(DriverError, match="neither"):
        document(picture, ("application/vnd.cups-raw",))


@pytest.mark.parametrize("form", [PDF, PNG])
@pytest.mark.parametrize("wrong", BAD)
def test_a_picture_that_is_a_bomb_or_broken_is_refused_in_words_of_the_contract(
    picture: bytes, wrong: str, form: str
) -> None:
    with pytest.raises(DriverError, match="the card takes"):
        document(BAD[wrong](picture), (form,))

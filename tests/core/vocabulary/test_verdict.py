"""What became of a card, and how sure that is."""

import pytest

from ektp_core.vocabulary.verdict import BlankPlace, Cause, Certainty, Outcome, Verdict


@pytest.mark.parametrize(
    ("certainty", "good"),
    [
        (Certainty.TRANSPORT, False),
        (Certainty.STATUS_IDLE, False),
        (Certainty.COUNTER, False),
        (Certainty.COUNTER_POSITION, True),
        (Certainty.DEVICE_JOB_RECORD, True),
        (Certainty.OPERATOR, True),
    ],
)
def test_accepted_bytes_and_an_idle_lamp_never_show_a_good_card(certainty: Certainty, good: bool) -> None:
    """Typed by hand for each grade: a counter alone does not say where the card is."""
    assert certainty.shows_a_good_card is good


def test_stronger_evidence_has_a_higher_number() -> None:
    """The numbers are stored and compared; they never change."""
    assert [int(certainty) for certainty in Certainty] == [1, 2, 3, 4, 5, 6]
    assert Certainty.OPERATOR is max(Certainty)


def test_the_axes_are_apart() -> None:
    """A jam takes a blank and gives no card; a film error may take none: both can be said."""
    jam = Verdict(Outcome.SPOILED, BlankPlace.IN_PRINTER, Certainty.OPERATOR, "macet")
    film = Verdict(Outcome.NOT_STARTED, BlankPlace.NONE, Certainty.COUNTER)
    assert (jam.outcome, jam.blank, film.blank, film.detail) == (
        Outcome.SPOILED, BlankPlace.IN_PRINTER, BlankPlace.NONE, "",
    )  # fmt: skip


def test_causes_are_the_fields_words_and_unlike_each_other() -> None:
    """Stored as text; the kinds the papers name are there."""
    words = [cause.value for cause in Cause]
    assert len(words) == len(set(words))
    assert {"gagal-cetak", "gagal-encode", "macet", "meleleh", "listrik-padam"} <= set(words)

"""The demo's judge: a second good card is seen on any device, also on one that is told no name of a job."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ektp_cli.demo import judge
from ektp_cli.demo.machines import Card
from ektp_core.boundary.driver_bench import Lies
from ektp_core.flow.rows import Attempt

pytestmark = pytest.mark.rule(22)


class Book:
    """A view that has attempts, and nobody on a stop list."""

    def __init__(self, *attempts: Attempt) -> None:
        self.attempts = attempts

    def rows(self, _: type) -> Iterator[Attempt]:
        return iter(self.attempts)

    def row(self, *_: Any) -> None:
        return None


def card(folder: Path, number: int, picture: str, *names: str) -> Card:
    path = folder / f"{number}.png"
    path.write_text(picture, encoding="ascii")
    return Card(f"P {number}", f"{number:014X}", Lies.OUTPUT, True, True, names, path)


def attempt(record: str, number: int) -> Attempt:
    return Attempt(record, 1, "station/52.03/1", 0, series="P", number=number)


def doubles(book: Book, *cards: Card, name: Any = lambda _: "") -> tuple[list[str], list[str]]:
    """Two good cards of one, and good cards of nothing."""
    by_serial = {one.serial: one for one in cards}
    who = judge._who(book, by_serial, name)  # type: ignore[arg-type]  # as much of a view as it reads
    found = judge._doubles(book, by_serial, who)  # type: ignore[arg-type]  # as above
    return found, [serial for serial, made in who.items() if made is None]


def test_two_good_cards_of_two_people_are_no_double(tmp_path: Path) -> None:
    book = Book(attempt("R-1", 1), attempt("R-2", 2))
    assert doubles(book, card(tmp_path, 1, "one"), card(tmp_path, 2, "two")) == ([], [])


def test_one_picture_on_two_good_cards_is_a_double_where_no_job_has_a_name(tmp_path: Path) -> None:
    book = Book(attempt("R-1", 1), attempt("R-2", 2))
    found, _ = doubles(book, card(tmp_path, 1, "one", ""), card(tmp_path, 2, "one", ""))
    assert len(found) == 1


def test_one_spoiled_card_with_the_picture_of_a_good_one_is_no_double(tmp_path: Path) -> None:
    book = Book(attempt("R-1", 1))
    spoiled = evolve(card(tmp_path, 2, "one"), good=False)
    assert doubles(book, card(tmp_path, 1, "one"), spoiled) == ([], [])


def test_the_jobs_own_name_counts_before_the_blank_of_the_book(tmp_path: Path) -> None:
    book = Book(attempt("R-1", 1), attempt("R-2", 2))
    twice = (card(tmp_path, 1, "one", "job R-1/1/1"), card(tmp_path, 2, "two", "job R-1/1/1"))
    found, _ = doubles(book, *twice, name=lambda key: f"job {key}")
    assert found == ["R-1/1"]


@pytest.mark.parametrize("names", [(), ("job of nobody",)])
def test_a_good_card_of_no_authorisation_is_named(tmp_path: Path, names: tuple[str, ...]) -> None:
    _, of_nothing = doubles(Book(attempt("R-1", 1)), card(tmp_path, 9, "nine", *names), name=lambda key: f"job {key}")
    assert of_nothing == ["P 9"]

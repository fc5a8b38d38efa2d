"""A day's close while a test card has not ended: its printer is named, and the way out is a person's word."""

from ektp_core.errors import Refusal
from ektp_core.flow.blank_tests import BeginTest, DoubtTest, OrderTest
from ektp_core.flow.rows import Printer
from ektp_core.ledger.count import Pile
from tests.core.flow.offices import ONE, OPERATOR, PRINTER, SERIES, accepted, ask, facts, refusal, row, station_key
from tests.core.flow.test_closing_day import begun, close, closed, office, pile, true_piles


def test_a_missing_blank_of_a_test_card_is_told_with_its_printer_and_closed_once_it_is_in_doubt() -> None:
    books = office()
    station = books.stations[ONE]
    accepted(ask(station, OrderTest(PRINTER), OPERATOR))
    explained = row(station, Printer, ONE, PRINTER).explained
    accepted(ask(station, BeginTest(PRINTER, explained), station_key(ONE)))
    listed = pile(Pile.UNPRINTED, 6, (5, 10), why="the printer is with the dealer")
    answer = closed(books, close(books, begun(books), listed, *true_piles()[1:]))
    told = facts(answer)
    assert (refusal(answer), told["printer"], told["serial"]) == (Refusal.PRINTER_CLOSED, PRINTER, f"{SERIES} 4")
    accepted(ask(station, DoubtTest(PRINTER), OPERATOR))
    cut = station.position().seq
    accepted(closed(books, close(books, cut, pile(Pile.UNPRINTED, 6, (5, 10)), *true_piles()[1:])))

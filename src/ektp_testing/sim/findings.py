"""What can be found wrong in a story, by name (temuan): each a check of the auditor.

A planted mistake must be caught by the check that is meant for it, so the names are fixed here.
"""

from attrs import frozen

TWO_OF_ONE_ATTEMPT = "two good cards of one attempt"
TWO_OF_ONE_PERSON = "two good cards of one person, neither on the stop list"
UNANNOUNCED = "a blank left the hopper and its station's book has it in stock"
TRUTH_DIFFERS = "a book says of a card what the card does not show"
NOT_CONSERVED = "a book does not conserve its blanks"
NOT_ACCOUNTED = "the book has not as many blanks as there are"
PENS_DIFFER = "station and hub have different rows under the station's pen"
FOLD_DIFFERS = "the log does not give the rows"
DISPUTED = "an honest station is disputed"
STOPPED = "an honest station is stopped"
NOT_ABSORBED = "the hub has not taken everything"
STUCK = "a record does not come to its end"
ACKNOWLEDGED_AND_LOST = "a commit that was acknowledged is not in the book"
RECEIPT_WITHOUT_COMMIT = "a receipt names a commit the hub does not have"
BOOK_DOES_NOT_OPEN = "a book does not open again"
STARTED_LATE = "a card was started after the time of its authorisation"
STARTED_AFTER_RECALL = "a card was started though its record was called back"
STARTED_WHILE_STOPPED = "a stopped station started a card"
ONE_SIGNATURE = "one person signed what needs two"
OPENED_WITHOUT_REPORT = "a record was opened again without an accepted report"
REPORTED_TWICE = "a bad card was reported twice"
ONE_CHIP_TWO_CARDS = "one chip stands for two cards"
SET_BACK_UNNOTICED = "a station that was set back goes on as if nothing had happened"
FORK_TAKEN = "the hub took a chain that is not the station's"
THEFT_UNNAMED = "what was stolen is not named by the count"
ERASED_EARLY = "personal data was erased before the hub had the outcome"
PROGRAM_FAILS = "a program of ours fails"
TAKEN_TWICE = "one entry of the feed had its effect twice"


@frozen
class Violation(Exception):
    """A finding: which check, and what was seen."""

    check: str
    text: str

    def __str__(self) -> str:
        return f"{self.check}: {self.text}"

"""A report against the book (rekonsiliasi): it balances, or the exact difference is named.

Takes plain values: what the report states, and what the ledger and the locks show at the
same cut. It knows no store and no NIK.

>>> stated, book = Columns(received=5, good=4, remaining=1), Columns(received=5, good=3, bad_of_person=1, remaining=1)
>>> found = reconcile(stated, (), book, (Line("A", 7, "p", "r", 1),))
>>> found.columns
('good: 4 reported, 3 in the book', 'bad_of_person: 0 reported, 1 in the book')
>>> found.concerned
('A 7 (record r) is missing from the report',)
"""

from collections.abc import Iterable

from attrs import frozen

from ektp_core.spoilage.report import Columns, Line


@frozen
class Difference:
    """Everything that does not fit; both empty when the report balances."""

    columns: tuple[str, ...]
    concerned: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.columns or self.concerned)


def reconcile(stated: Columns, lines: Iterable[Line], book: Columns, known: Iterable[Line]) -> Difference:
    """Compare a report with the book, column by column and line by line."""
    wrong = [
        f"{name}: {value} reported, {held} in the book"
        for (name, value), (_, held) in zip(stated.named(), book.named(), strict=True)
        if value != held
    ]
    if stated.difference:
        wrong.insert(0, f"the report's own sum is off by {stated.difference}")
    return Difference(tuple(wrong), tuple(_concerned(tuple(lines), tuple(known))))


def _concerned(lines: tuple[Line, ...], known: tuple[Line, ...]) -> Iterable[str]:
    stated: dict[tuple[str, int], Line] = {}
    for line in lines:
        if (line.series, line.number) in stated:
            yield f"{line.serial} is named twice"
        stated[line.series, line.number] = line
    for line in sorted(known):
        said = stated.pop((line.series, line.number), None)
        about = f" (record {line.record})" if line.record else ""
        if said is None:
            yield f"{line.serial}{about} is missing from the report"
        elif said.person != line.person:
            who = "another person" if line.person and said.person else "no person" if said.person else "a person"
            yield f"{line.serial}{about} is reported for the wrong person (the book has {who})"
        elif (said.record and said.record != line.record) or (line.n and said.n != line.n):
            yield f"{line.serial}{about} is reported for another attempt"
        elif not said.cause and line.cause:
            yield f"{line.serial}{about} is reported without a cause"
        elif said.is_lost != line.is_lost:
            yield f"{line.serial}{about} is {'lost' if line.is_lost else 'bad'} in the book"
    for said in sorted(stated.values()):
        yield f"{said.serial} is reported but is neither bad nor lost in the book"

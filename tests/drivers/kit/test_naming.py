"""Whose ink it is, where the device says nothing of our jobs, or says it in a name of its own."""

from attrs import define, evolve, field

from ektp_core.boundary.driver_bench import Bench, CardOnBench, Lies, Moment, Strike
from ektp_testing.driver_kit.naming import NamingBench


@define(eq=False)
class Table:
    """A bench that is only its cards."""

    driver: str = "none"
    hint: str = "nowhere"
    serial: str = "T-1"
    strikes: frozenset[tuple[Strike, Moment]] = frozenset()
    held: list[CardOnBench] = field(factory=list)

    def load(self, blanks: int) -> None:
        self.held += [CardOnBench(n + 1, "", Lies.HOPPER) for n in range(blanks)]

    def strike(self, what: Strike, at: Moment) -> None: ...

    def mend(self) -> None: ...

    def cards(self) -> tuple[CardOnBench, ...]:
        return tuple(self.held)

    def close(self) -> None: ...

    def ink(self, number: int, *names: str) -> None:
        card = self.held[number - 1]
        self.held[number - 1] = evolve(card, marks=card.marks + 1, job_keys=(*card.job_keys, *names))


def both() -> tuple[Table, NamingBench]:
    table = Table()
    table.load(3)
    return table, NamingBench(table)


def keys(bench: Bench) -> list[tuple[str, ...]]:
    return [card.job_keys for card in bench.cards()]


def test_a_name_of_ours_is_left_as_it_is() -> None:
    table, bench = both()
    bench.begins("kit-1/1/1")
    table.ink(1, "kit-9/1/1")
    assert keys(bench) == [("kit-9/1/1",), (), ()]


def test_ink_without_a_name_is_of_the_leave_used_last() -> None:
    table, bench = both()
    bench.begins("kit-1/1/1")
    table.ink(1)
    bench.begins("kit-2/1/1")
    table.ink(2)
    assert keys(bench) == [("kit-1/1/1",), ("kit-2/1/1",), ()]


def test_ink_from_before_any_leave_is_nobodys() -> None:
    table, bench = both()
    table.ink(1)
    bench.begins("kit-1/1/1")
    assert keys(bench) == [("",), (), ()]


def test_a_name_the_device_made_stays_the_job_it_was_first_seen_for() -> None:
    table, bench = both()
    bench.begins("kit-1/1/1")
    table.ink(1, "digest-a")
    bench.begins("kit-2/1/1")
    table.ink(2, "digest-a")
    table.ink(3, "digest-b")
    assert keys(bench) == [("kit-1/1/1",), ("kit-1/1/1",), ("kit-2/1/1",)]


def test_what_the_bench_calls_foreign_stays_foreign() -> None:
    table, bench = both()
    bench.begins("kit-1/1/1")
    table.ink(1, "")
    assert keys(bench) == [("",), (), ()]

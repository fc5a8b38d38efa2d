"""What the demo shows (tampilan peragaan): one line a phase, live progress, the table at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ektp_core.errors import Fact
from ektp_data.texts import Translator, message

_SHORT = {
    "STOCK": message("blank, unused"),
    "RESERVED": message("reserved at the centre"),
    "IN_TRANSIT": message("on the road"),
    "IN_MACHINE": message("inside a printer"),
    "SUSPECT": message("suspect"),
    "GOOD_HELD": message("good card"),
    "WASTE_HELD": message("spoiled"),
    "VOID_HELD": message("void"),
    "LOST": message("lost"),
}

#: Parties that have no name of their own.
_PARTIES = {"centre": message("centre")}


@define(eq=False)
class Show:
    """Says what happens, in the words of its language. Quiet in numbers, so that what matters is seen."""

    console: Console
    words: Translator
    phases_s: dict[str, float] = field(init=False, factory=dict)

    @contextmanager
    def phase(self, name: str, title: str) -> Iterator[None]:
        """One phase: its title before, its seconds after."""
        self.console.print(f"[bold]{self.text(title)}[/bold]")
        begun = time.monotonic()
        yield
        self.phases_s[name] = round(time.monotonic() - begun, 2)

    def text(self, message: str, /, **facts: Fact) -> str:
        """A message with its facts, safe to print: brackets in a fact are no markup."""
        return escape(self.words.text(message, **facts))

    def say(self, message: str, /, **facts: Fact) -> None:
        """A line of what happened."""
        self.console.print(f"  {self.text(message, **facts)}", soft_wrap=True)

    def detail(self, message: str, /, **facts: Fact) -> None:
        """A line that belongs to the one above."""
        self.console.print(f"      {self.text(message, **facts)}", soft_wrap=True)

    def trouble(self, message: str, /, **facts: Fact) -> None:
        """Something was made to go wrong."""
        self.console.print(f"  [yellow]![/yellow] {self.text(message, **facts)}", soft_wrap=True)

    def promise(self, message: str, holds: bool, /, **facts: Fact) -> None:
        """A promise, and whether it holds."""
        mark = f"[green]{self.text('yes')}[/green]" if holds else f"[red]{self.text('NO')}[/red]"
        self.console.print(f"  {mark}  {self.text(message, **facts)}", soft_wrap=True)

    def broken(self, why: str) -> None:
        """A promise that does not hold, by name."""
        self.console.print(f"  [red]{self.text('{why}', why=why)}[/red]", soft_wrap=True)

    @contextmanager
    def printing(self, total: int) -> "Iterator[Bar]":
        """A live bar while cards are printed; a plain line each quarter where nobody watches."""
        columns = (
            TextColumn("  {task.description:<34}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            yield Bar(self, progress, progress.add_task(self.text("printing"), total=total), total)

    def accountability(self, shown: dict[str, Any]) -> None:
        """The table: every blank by where it is."""
        table = Table(title=self.text("Where every blank is"), title_justify="left")
        number = self.words.number
        parties = {one["party"]: one["buckets"] for one in shown["parties"]}
        table.add_column(self.text("bucket"))
        for party in parties:
            table.add_column(self.text(_PARTIES.get(party, "{party}"), party=party), justify="right")
        table.add_column(self.text("all"), justify="right")
        for bucket, total in shown["totals"].items():
            counts = (held.get(bucket, 0) for held in parties.values())
            name = self.text(_SHORT.get(bucket, "{bucket}"), bucket=bucket)
            table.add_row(name, *(number(n) if n else "" for n in counts), number(total))
        table.add_section()
        sums = (number(sum(held.values())) for held in parties.values())
        table.add_row(self.text("all"), *sums, number(shown["held"]))
        self.console.print(table)


@define(eq=False)
class Bar:
    """Progress of printing."""

    show: Show
    progress: Progress
    task: Any
    total: int
    _said: int = 0

    def at(self, done: int, misprinted: int) -> None:
        """So many are done, and so many of them were seen to be misprinted."""
        text = self.show.text("{count} seen to be misprinted", count=misprinted)
        self.progress.update(self.task, completed=done, description=text)
        quarter = done * 4 // self.total
        if not self.show.console.is_terminal and quarter > self._said:
            self._said = quarter
            counts = {"done": done, "total": self.total, "count": misprinted}
            self.show.say("{done} of {total} cards judged; {count} seen to be misprinted", **counts)

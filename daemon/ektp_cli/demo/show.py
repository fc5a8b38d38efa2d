"""What the demo shows (tampilan peragaan): one line a phase, live progress, the table at the end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_SHORT = {
    "STOCK": "blank, unused",
    "RESERVED": "reserved at the centre",
    "IN_TRANSIT": "on the road",
    "IN_MACHINE": "inside a printer",
    "SUSPECT": "suspect",
    "GOOD_HELD": "good card",
    "WASTE_HELD": "spoiled",
    "VOID_HELD": "void",
    "LOST": "lost",
}


@define(eq=False)
class Show:
    """Says what happens. Quiet in numbers, so that what matters is seen."""

    console: Console
    phases_s: dict[str, float] = field(init=False, factory=dict)

    @contextmanager
    def phase(self, name: str, title: str) -> Iterator[None]:
        """One phase: its title before, its seconds after."""
        self.console.print(f"[bold]{title}[/bold]")
        begun = time.monotonic()
        yield
        self.phases_s[name] = round(time.monotonic() - begun, 2)

    def say(self, text: str) -> None:
        """A line of what happened."""
        self.console.print(f"  {text}", soft_wrap=True)

    def trouble(self, text: str) -> None:
        """Something was made to go wrong."""
        self.console.print(f"  [yellow]![/yellow] {text}", soft_wrap=True)

    def promise(self, text: str, holds: bool) -> None:
        """A promise, and whether it holds."""
        mark = "[green]yes[/green]" if holds else "[red]NO[/red]"
        self.console.print(f"  {mark}  {text}", soft_wrap=True)

    @contextmanager
    def printing(self, total: int) -> "Iterator[Bar]":
        """A live bar while cards are printed; a plain line each quarter where nobody watches."""
        columns = (
            TextColumn("  {task.description:<34}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            yield Bar(self, progress, progress.add_task("printing", total=total), total)

    def accountability(self, shown: dict[str, Any]) -> None:
        """The table: every blank by where it is."""
        table = Table(title="Where every blank is", title_justify="left")
        parties = {one["party"]: one["buckets"] for one in shown["parties"]}
        table.add_column("bucket")
        for party in parties:
            table.add_column(party, justify="right")
        table.add_column("all", justify="right")
        for bucket, total in shown["totals"].items():
            counts = (held.get(bucket, 0) for held in parties.values())
            table.add_row(_SHORT.get(bucket, bucket), *(f"{n:,}" if n else "" for n in counts), f"{total:,}")
        table.add_section()
        table.add_row("all", *(f"{sum(held.values()):,}" for held in parties.values()), f"{shown['held']:,}")
        self.console.print(table)


@define(eq=False)
class Bar:
    """Progress of printing."""

    show: Show
    progress: Progress
    task: Any
    total: int
    _said: int = 0

    def at(self, done: int, text: str) -> None:
        """So many are done."""
        self.progress.update(self.task, completed=done, description=text)
        quarter = done * 4 // self.total
        if not self.show.console.is_terminal and quarter > self._said:
            self._said = quarter
            self.show.say(f"{done} of {self.total} cards judged; {text}")

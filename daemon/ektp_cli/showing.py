"""How commands show things (tampilan): one console, tables that lose nothing, progress for who watches.

Where nobody watches, in a pipe or a file, lines are wide enough to be read by programs too,
and there is no progress bar.
"""

import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ektp_cli.main import language
from ektp_core.errors import Fact
from ektp_data.texts import Translator, translator, visible

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[int, int], None]

_WIDE = 160
_NAME_WIDTH = 16
_WORDS = "ektp_cli.words"


def words() -> Translator:
    """Texts in the user's language, which is looked up once a command."""
    context = click.get_current_context(silent=True)
    if context is None:
        return translator(language())
    found: Translator | None = context.meta.get(_WORDS)
    if found is None:
        found = context.meta[_WORDS] = translator(language())
    return found


def say(message: str, /, **facts: Fact) -> str:
    """A message in the user's language, its facts put in; the message is a literal of the catalogue."""
    return words().text(message, **facts)


def show_line(name: str, value: str | int, indent: int = 0) -> None:
    """A line of a name and a value; the values of several lines stand below one another."""
    told = words().number(value) if isinstance(value, int) else visible(value)
    click.echo(f"{' ' * indent}{say(name):<{_NAME_WIDTH - indent - 1}} {told}")


def show_named(told: Sequence[tuple[str, str]]) -> None:
    """Names and what is said of each, beside one another; on a screen folded between words, whole lines elsewhere."""
    width = max(len(name) for name, _ in told) + 2
    room = max(console().width - width, _NAME_WIDTH) if sys.stdout.isatty() else None
    for name, text in told:
        first, *rest = textwrap.wrap(text, room) if room and text else [text]
        click.echo("\n".join([f"{name:<{width}}{first}", *(f"{'':<{width}}{line}" for line in rest)]))


def console() -> "Console":
    """The console of standard output."""
    from rich.console import Console

    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = _WIDE
    return made


def show_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[str] = ()) -> None:
    """Show a table under a title that is said already; the columns named in `numbers` stand right.

    Names of columns are message ids. A cell that is too long is folded, never cut.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table()
    right, texts = set(numbers), words()
    for name in head:
        table.add_column(texts.text(name), justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(texts.number(cell) if isinstance(cell, int) else visible(str(cell))) for cell in row))
    screen = console()
    screen.print(visible(title), style="bold", soft_wrap=True)  # above the table, which may be narrower
    screen.print(table)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A bar on standard error while something goes on, which is said already; call it with done and total."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

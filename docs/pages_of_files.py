"""Pages about what people write in files (berkas): records, figures, policies of allotment, daily reports, asks."""

from collections.abc import Callable, Iterable

from ektp_cli.ask_forms import Place, about, places
from ektp_core.daily.columns import COLUMN, UNITS
from ektp_core.daily.identity import BECAME, CAME
from ektp_core.flow.daily_count import KNOWN, STANDING
from ektp_core.wire.asks import KINDS
from ektp_data.columns import COLUMNS, Column
from ektp_data.daily_labels import LABELS, plain
from ektp_data.figure_columns import FIGURE_COLUMNS
from ektp_data.policy_keys import PolicyKey, policy_keys
from ektp_station.config_schema import settings
from writing import code, indonesian, intro, page, table

_COLUMN_HEAD = ("column", "kolom", "needed", "example", "meaning", "arti")


def records_page() -> str:
    """The columns of a file of records, and one line of each kind."""
    lines = (",".join(c.indonesian for c in COLUMNS), ",".join(c.example for c in COLUMNS))
    return page(
        "The file of records",
        "ektp_data/columns.py",
        intro("csv"),
        _columns(COLUMNS),
        "A whole file with one record (of a person who does not exist):",
        "```text\n" + "\n".join(lines) + "\n```",
    )


def figures_page() -> str:
    """The columns of a file of figures for planning allotments."""
    return page("The file of figures", "ektp_data/figure_columns.py", intro("figures"), _columns(FIGURE_COLUMNS))


def _columns(columns: Iterable[Column]) -> str:
    translated = indonesian()
    rows = (
        (c.name, c.indonesian, "yes" if c.required else "no", _example(c.example), c.meaning, translated(c.meaning))
        for c in columns
    )
    return table(_COLUMN_HEAD, rows)


def _example(text: str) -> str:
    return code(text) if text else "-"


def policies_page() -> str:
    """Every key of a policy of allotment."""
    translated = indonesian()
    head = ("key", "value", "default", "unit", "meaning", "arti", "from")
    source = "ektp_core/allotment/policy.py and the catalogue of ektp_data"
    return page(
        "Keys of a policy", source, intro("policies"), table(head, (_key(one, translated) for one in policy_keys()))
    )


def _key(one: PolicyKey, translated: Callable[[str], str]) -> tuple[str, ...]:
    default = code(one.default) if one.default else "must be given"
    said = f"paper {one.paper}" if one.paper.isdigit() else one.paper or "-"
    value = one.expected if one.kind is int else one.type
    return one.name, value, default, one.unit or "-", one.meaning, translated(one.meaning), said


def daily_page() -> str:
    """The columns of a daily report, and whose word each is."""
    head = ("column", "meaning", "kolom", "also read", "unit", "satuan", "filled by the book")
    rows = (
        (one.name, one.english, one.indonesian, _other_labels(one.name, one.indonesian), one.unit, UNITS[one.unit],
         _filled(one.name))
        for one in COLUMN.values()
    )  # fmt: skip
    identity = f"{' + '.join(CAME)}\n    = {' + '.join(BECAME)}"
    return page(
        "The daily report",
        "ektp_core/daily, ektp_core/flow/daily_count.py and ektp_data/daily_labels.py",
        intro("daily"),
        table(head, rows),
        "## What must add up",
        f"```text\n{identity}\n```",
        intro("daily_identity"),
    )


def _other_labels(name: str, own: str) -> str:
    known = {plain(own), plain(name), plain(COLUMN[name].english)}
    return ", ".join(label for label, column in LABELS.items() if column == name and label not in known) or "-"


def _filled(name: str) -> str:
    if name not in KNOWN:
        return "no: only the office knows"
    if name == CAME[0]:
        return "yes: what was there"
    return "yes: what is there" if name in STANDING else "yes: what happened"


def asks_page() -> str:
    """Every kind of ask the hub takes, with its fields."""
    return page("Asks", "ektp_core/wire/asks.py and the classes it names", intro("asks"), *map(_ask, sorted(KINDS)))


def _ask(kind: str) -> str:
    head = f"## {kind}\n\n{about(kind)}"
    fields = [_place(one) for one in places(kind)]
    return f"{head}\n\n{table(('field', 'expects', 'may be left out'), fields)}" if fields else head


def _place(one: Place) -> tuple[str, ...]:
    return one.name, one.expects, "yes" if one.optional else "no"


def settings_page() -> str:
    """Every setting of a station."""
    rows = (
        (code(one.key), one.kind, one.unit or "-", code(one.default) if one.default else "must be given", one.meaning)
        for one in settings()
    )
    return page(
        "Settings of a station",
        "ektp_station/config.py",
        intro("station_toml"),
        table(("key", "kind", "unit", "without it", "meaning"), rows),
    )

"""Every message id there is to translate (daftar pesan), and the writer of the catalogue's files.

`python -m ektp_data.catalogue` writes `locale/ektp.pot`, brings `ektp.po` up to date with it
(existing translations stay) and compiles `ektp.mo`; it needs Babel, running the programs does not.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from ektp_core.errors import Refusal
from ektp_core.vocabulary.nik import NikWarning
from ektp_core.vocabulary.objection import Objection
from ektp_data.columns import COLUMNS

LOCALE = Path(__file__).parent / "locale"
TEMPLATE = LOCALE / "ektp.pot"
INDONESIAN = LOCALE / "id" / "LC_MESSAGES" / "ektp.po"

#: Phrases that stand in the facts `shape` and `expected`; `{0}` is the first number in them.
PHRASES = (
    # a NIK
    "{0} characters", "letters", "spaces", "digits of another script", "signs that are no digits",
    "a number rounded by a spreadsheet, its digits are lost",
    "day {0}", "month {0}", "day {0} in month {1}", "number {0}",
    # a value of a record
    "empty", "a spreadsheet formula", "control characters", "not one of the list", "before {0}",
    "a birth date of somebody living", "{0} to {1} characters on one line",
    "three digits, slash, three digits: {0}/{1}", "a village code such as {0}.{1}.{2}.{3}",
    "a region code such as {0}, {1}.{2}, {3}.{4}.{5} or {6}.{7}.{8}.{9}",
    "does not fit the reason", "the number of the letter that declares the card lost",
    "number and date of the letter together",
    "another type", "another version", "another spelling of the same record",
    "a print-ready record, version {0}",
    # parties and serials
    "centre, supplier/NAME, province/{0}, office/{1}.{2} or station/{3}.{4}/{5}",
    "up to {0} of A-Z {1}-{2} . -", "{0} <= first <= last <= {1}",
    # a file
    "the file", "no rows", "a header and at least one row", "{0} bytes", "at most {0} bytes; split the file",
    "byte {0} is not UTF-{1}", "a CSV file saved as UTF-{0}", "it holds zero bytes",
    "quotes do not match from line {0} on", "a quote inside quotes written twice",
    "text after a closing quote", "{0} cells", "as many cells as the header",
    "column {0} has no known name", "the documented column names in the first line",
    "column {0} repeats an earlier one", "each column once", "columns are missing",
    "the same person as in line {0}", "each person once in a file",
    "another date format", "no day of the calendar", "year-month-day such as {0}-{1}-{2}",
)  # fmt: skip


def messages() -> tuple[str, ...]:
    """Every message id once, in the order of the sources."""
    return tuple(dict.fromkeys(_all()))


def _all() -> Iterator[str]:
    for refusal in Refusal:
        yield refusal.what
        yield refusal.remedy
    for warning in NikWarning:
        yield warning.meaning
    for objection in Objection:
        yield objection.meaning
    for column in COLUMNS:
        yield column.meaning
    yield from PHRASES


def template_text() -> bytes:
    """The bytes of `ektp.pot`: they depend on the messages alone, on no date."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    catalogue = Catalog(project="ektp", charset="utf-8")
    for message in messages():
        catalogue.add(message)
    written = io.BytesIO()
    write_po(written, catalogue, width=110, omit_header=True)
    return written.getvalue()


def compiled(po: bytes) -> bytes:
    """The bytes of the `.mo` a `.po` compiles to."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = io.BytesIO()
    write_mo(written, read_po(io.BytesIO(po)))
    return written.getvalue()


def refresh() -> tuple[str, ...]:
    """Write template, translation and compiled file anew; the messages still untranslated."""
    from babel.messages.pofile import read_po, write_po

    TEMPLATE.write_bytes(template_text())
    catalogue = read_po(io.BytesIO(INDONESIAN.read_bytes()), locale="id")
    made = catalogue.creation_date  # kept, so that nothing new gives the same bytes again
    catalogue.update(read_po(io.BytesIO(TEMPLATE.read_bytes())), no_fuzzy_matching=True)
    catalogue.creation_date = made
    written = io.BytesIO()
    write_po(written, catalogue, width=110, ignore_obsolete=True)
    INDONESIAN.write_bytes(written.getvalue())
    INDONESIAN.with_suffix(".mo").write_bytes(compiled(written.getvalue()))
    return tuple(str(message.id) for message in catalogue if message.id and not message.string)


if __name__ == "__main__":
    missing = refresh()
    if missing:
        raise SystemExit("untranslated:\n" + "\n".join(missing))

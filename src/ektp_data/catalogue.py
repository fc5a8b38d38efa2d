"""Every message id there is to translate (daftar pesan), and the writer of the catalogue's files.

The list is complete by construction: closed lists of the core, words and phrases of this
package, and whatever the sources of the programs say literally.

`python -m ektp_data.catalogue` writes `locale/ektp.pot`, brings `ektp.po` up to date with it
(existing translations stay) and compiles `ektp.mo`; it needs Babel, running the programs does not.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from ektp_core.allotment.grants import GRANT_TEXTS, LOAN_TEXTS
from ektp_core.allotment.policy import ShortageRule
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal
from ektp_core.flow.counter_answer import Why
from ektp_core.flow.proposals import LineAnswer
from ektp_core.lock.table import TABLE
from ektp_core.vocabulary.nik import NikWarning
from ektp_core.vocabulary.objection import Objection
from ektp_core.wire.asks import KINDS
from ektp_data.ask_kinds import about
from ektp_data.columns import COLUMNS
from ektp_data.figure_columns import FIGURE_COLUMNS
from ektp_data.phrases import PHRASES, SENTENCES, TERMS
from ektp_data.policy_keys import policy_keys
from ektp_data.sources import said, told
from ektp_data.texts import phrase_pattern

LOCALE = Path(__file__).parent / "locale"
TEMPLATE = LOCALE / "ektp.pot"
INDONESIAN = LOCALE / "id" / "LC_MESSAGES" / "ektp.po"

_PLACE_ALONE = re.compile(r"\{\w+\}|")


def messages() -> tuple[str, ...]:
    """Every message id once, in the order of the sources."""
    return tuple(dict.fromkeys(text for text in _all() if not _PLACE_ALONE.fullmatch(text)))


def _all() -> Iterator[str]:
    for refusal in Refusal:
        yield refusal.what
        yield refusal.remedy
    for warning in NikWarning:
        yield warning.meaning
    for objection in Objection:
        yield objection.meaning
    for column in (*COLUMNS, *FIGURE_COLUMNS):
        yield column.meaning
    for rule in Rule:
        yield rule.label
        yield rule.text
    for shortage in ShortageRule:
        yield shortage.text
    yield from (*GRANT_TEXTS, *LOAN_TEXTS)
    for why in Why:
        yield why.text
        yield why.remedy
    for line in LineAnswer:
        yield line.text
    yield from (key.meaning for key in policy_keys())
    for row in TABLE:
        yield row.why
    yield from map(about, KINDS)
    for terms in TERMS.values():
        yield from terms.values()
    yield from (phrase_pattern(one.text) for one in told() if not one.is_composed)
    yield from PHRASES
    yield from SENTENCES
    yield from (one.text for one in said())


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

"""The glossary (daftar istilah): words by hand, nouns from the modules of the vocabulary, members of its lists."""

from collections.abc import Iterator, Sequence
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules

from ektp_core import vocabulary
from ektp_core.allotment.policy import ShortageRule, UsedUp
from ektp_core.handover.activation import Finding
from ektp_core.handover.delivery import Receiver
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary import (
    bucket,
    card_words,
    counter_paper,
    destruction_method,
    hold,
    imported_status,
    old_card,
    party,
    prr,
    request_state,
    role,
    state,
    verdict,
)
from writing import bracketed, code, comments, first_line, intro, page, prose, table, words

#: Lists whose members are words of their own.
LISTS: tuple[tuple[str, type[Enum]], ...] = (
    ("Where a blank can be", bucket.Bucket),
    ("What a blank is by now", bucket.Condition),
    ("Piles of a count", Pile),
    ("Who holds blanks", party.PartyKind),
    ("States of a lock", state.LockState),
    ("What an imported life had come to", imported_status.ImportedStatus),
    ("Why a record is held back", hold.HoldKind),
    ("Why a card or blank went bad", verdict.Cause),
    ("What reading a card with its holder showed", Finding),
    ("Who takes a card", Receiver),
    ("Lists of cards", card_words.ListKind),
    ("What was found of a second recording", card_words.Judgement),
    ("Papers shown at a counter", counter_paper.CounterPaper),
    ("Why an old card came in", old_card.OldCardReason),
    ("How cards are destroyed", destruction_method.Method),
    ("What became of a request for blanks", request_state.RequestState),
    ("When the next grant may be made", UsedUp),
    ("How too few blanks are shared", ShortageRule),
    ("Roles", role.Role),
    ("Why a card is made", prr.Reason),
    ("What became of the previous card", prr.PreviousCard),
)


def glossary_page() -> str:
    """Words by hand, nouns from the modules of the vocabulary, and the members of its lists."""
    return page(
        "Glossary",
        "docs/prose.toml, ektp_core/vocabulary and its neighbours",
        intro("glossary"),
        table(("English", "Indonesian", "meaning"), _by_hand()),
        "## Modules of the vocabulary",
        table(("module", "Indonesian", "what it holds"), _nouns()),
        *(f"## {title}\n\n{_members(kind)}" for title, kind in LISTS),
    )


def _by_hand() -> Iterator[Sequence[str]]:
    for word in sorted(prose()["word"], key=lambda word: str(word["english"])):
        yield word["english"], word["indonesian"], word["meaning"]


def _nouns() -> Iterator[Sequence[str]]:
    for found in sorted(iter_modules(vocabulary.__path__), key=lambda module: module.name):
        line = first_line(import_module(f"ektp_core.vocabulary.{found.name}"))
        apart = bracketed(line)
        yield (code(found.name), apart[1], apart[0]) if apart else (code(found.name), "-", line)


def _members(kind: type[Enum]) -> str:
    """The members of a list that have a word; the column of meanings only where there are any."""
    given = prose()["term"].get(kind.__name__, {})
    beside = comments(kind)
    rows = [_given(one, given) if given else member(one, beside.get(one.name, "")) for one in kind if one.value != ""]
    if any(meaning for _, _, meaning in rows):
        return table(("English", "Indonesian", "meaning"), rows)
    return table(("English", "Indonesian"), (row[:2] for row in rows))


def _given(one: Enum, terms: dict[str, list[str]]) -> tuple[str, str, str]:
    """A member whose term stands in prose.toml: the term, and a meaning if there is more to say."""
    term, *meaning = terms[one.name]
    return words(one), term, "".join(meaning)


def member(one: Enum, beside: str) -> tuple[str, str, str]:
    """A member: its word, its Indonesian term (its own, or the one in the comment), its meaning."""
    own = getattr(one, "term", one.value)
    if isinstance(own, str):
        return words(one), own, beside
    apart = bracketed(beside)
    return (words(one), apart[1], apart[0]) if apart else (words(one), beside, "")

"""A count asked for pile by pile at the terminal (menghitung bersama): blind, and once more where it differs.

What was typed once is never thrown away: only the field that is wrong is asked for again.
"""

import os
from collections.abc import Sequence

import click
from attrs import define, evolve, field

from ektp_core.errors import Refusal, Refused
from ektp_core.flow.papers import checked_text
from ektp_core.ledger.count import Pile
from ektp_core.vocabulary.serial import disjoint_union, parse_range
from ektp_station.asking_station import say
from ektp_station.day_close import CountFile, PileLine, piles_to_count


@define
class Asked:
    """What people type. `count` is the count so far.

    Attributes:
        classes: of blanks that this station prints.
    """

    classes: Sequence[str]
    count: CountFile = field(init=False, factory=lambda: CountFile("", ()))

    def count_all(self) -> None:
        """Ask for every pile, and for the number of the minutes."""
        click.echo(say("Count each pile by hand. Do not look at the book: it is compared afterwards."), err=True)
        piles = tuple(self._asked(*one) for one in piles_to_count(self.classes))
        self.count = CountFile(self._minutes(), piles)

    def mend(self, refused: Refused) -> bool:
        """Ask again only for what a refusal is about; whether anything was. All else that was typed stays."""
        if refused.refusal in (Refusal.COUNT_UNEXPLAINED, Refusal.SERIALS_NEEDED):
            fact = refused.facts["pile"]
            piles = [str(one) for one in fact] if isinstance(fact, list | tuple) else [str(fact)]
            self.count_again(piles, needs_serials=refused.refusal is Refusal.SERIALS_NEEDED)
            return True
        about = refused.facts.get("field"), refused.facts.get("what")
        if refused.refusal in (Refusal.BAD_VALUE, Refusal.ALREADY_KNOWN) and (
            "minutes" in about or "the count" in about
        ):
            _tell(refused)
            self.count = evolve(self.count, minutes=self._minutes())
            return True
        if refused.refusal in (Refusal.SERIALS_OVERLAP, Refusal.HELD_ELSEWHERE):
            _tell(refused)
            self.count = evolve(
                self.count, piles=tuple(_with_serials(one) if one.present else one for one in self.count.piles)
            )
            return True
        return False

    @staticmethod
    def _minutes() -> str:
        return _typed(say("Number of the minutes"))

    def count_again(self, differing: Sequence[str], *, needs_serials: bool) -> None:
        """Ask once more for the piles named in a refusal, and what is known of them."""
        click.echo(
            say("These piles differ from the book; count them once more: {pile}", pile=tuple(differing)), err=True
        )
        named = {(one.pile, one.blank_class) for one in self.count.piles if _is_named(one, differing)}
        words = {key: _typed(say("What is known of it")) for key in sorted(named, key=str)}
        piles = []
        for one in self.count.piles:
            key = one.pile, one.blank_class
            if key not in named:
                piles.append(one)
                continue
            again = self._asked(one.pile, one.blank_class, one.place)
            if needs_serials and again.counted and one.pile is not Pile.OLD_CARDS:
                again = _with_serials(again)
            piles.append(evolve(again, explanation=words[key]))
        self.count = evolve(self.count, piles=tuple(piles))

    def _asked(self, pile: Pile, blank_class: str, place: str) -> PileLine:
        if place:
            text = say("Unprinted blanks of class {blank_class}, {place}", blank_class=blank_class, place=place)
        elif blank_class:
            text = say("{pile}, class {blank_class}", pile=pile.value, blank_class=blank_class)
        else:
            text = say("{pile}", pile=pile.value)
        return PileLine(pile, click.prompt(text, type=click.IntRange(0), err=True), blank_class, place)


def _is_named(line: PileLine, differing: Sequence[str]) -> bool:
    name = f"{line.pile.value}, blanks of class {line.blank_class}" if line.blank_class else line.pile.value
    return name in differing


def _with_serials(line: PileLine) -> PileLine:
    """All serials that lie there; where they bear none, unprinted blanks are named by their run."""

    def read(typed: str) -> tuple[str, ...]:
        parts = tuple(typed.split())
        try:
            listed = len(disjoint_union(map(parse_range, parts)))
        except Refused as refused:
            raise click.UsageError(_text(refused)) from None
        if listed > line.counted:
            raise click.UsageError(
                say("{count} serials are listed, and {counted} were counted.", count=listed, counted=line.counted)
            )
        return parts

    text = say("All serials that lie there, such as A:1-9 A:12 (empty: they bear none)")
    present = click.prompt(text, default="", value_proc=read, err=True)
    return evolve(line, present=present, unread=not present and line.pile is Pile.UNPRINTED)


def _typed(text: str) -> str:
    """One line of text, asked for until it can be kept."""

    def read(typed: str) -> str:
        try:
            return checked_text("text", typed)
        except Refused as refused:
            raise click.UsageError(_text(refused)) from None

    return str(click.prompt(text, value_proc=read, err=True))


def _tell(refused: Refused) -> None:
    click.echo(_text(refused), err=True)


def _text(refused: Refused) -> str:
    from ektp_data.texts import chosen_language, translator

    return translator(chosen_language(os.environ)).refusal(refused)

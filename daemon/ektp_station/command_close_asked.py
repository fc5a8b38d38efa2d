"""A count asked for pile by pile at the terminal (menghitung bersama): blind, and once more where it differs."""

from collections.abc import Sequence

import click
from attrs import define, evolve, field

from ektp_core.ledger.count import Pile
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
        minutes = str(click.prompt(say("Number of the minutes"), err=True))
        self.count = CountFile(minutes, piles)

    def count_again(self, differing: Sequence[str], *, needs_serials: bool) -> None:
        """Ask once more for the piles named in a refusal, and what is known of them."""
        click.echo(
            say("These piles differ from the book; count them once more: {pile}", pile=tuple(differing)), err=True
        )
        named = {(one.pile, one.blank_class) for one in self.count.piles if _is_named(one, differing)}
        words = {key: str(click.prompt(say("What is known of it"), err=True)) for key in sorted(named, key=str)}
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
    typed = str(
        click.prompt(
            say("All serials that lie there, such as A:1-9 A:12 (empty: they bear none)"), default="", err=True
        )
    )
    is_unread = not typed.strip() and line.pile is Pile.UNPRINTED
    return evolve(line, present=tuple(typed.split()), unread=is_unread)

"""Whose ink is it (milik pekerjaan mana): names for marks where the device knows no name of ours.

Some devices are told the job's key, and their bench says it. A queue is told a name of its own
making; a printer whose language has no jobs is told nothing. For these the kit looks when ink comes: a
mark that appears after leave to print was used belongs to that leave, and a name that was
once ours stays ours, so that a job that comes out twice is seen. Ink that was there before
belongs to nobody of ours, and so does what the bench itself calls foreign.
"""

from attrs import define, evolve, field

from ektp_core.boundary.driver_bench import Bench, CardOnBench, Moment, Strike

_SLASHES = 2  # a name of this shape is a job's key as we made it


@define(eq=False)
class NamingBench:
    """A bench whose cards always say for which of our jobs they were marked. Implements `Bench`."""

    bench: Bench
    driver: str = field(init=False)
    hint: str = field(init=False)
    serial: str = field(init=False)
    strikes: frozenset[tuple[Strike, Moment]] = field(init=False)
    _key: str = field(init=False, default="")
    _theirs: dict[str, str] = field(init=False, factory=dict)  # the device's own name of a job -> our key
    _nameless: dict[int, tuple[str, ...]] = field(init=False, factory=dict)  # card -> keys of its marks

    def __attrs_post_init__(self) -> None:
        """Say what the bench says."""
        self.driver, self.hint, self.serial = self.bench.driver, self.bench.hint, self.bench.serial
        self.strikes = self.bench.strikes

    def begins(self, job_key: str) -> None:
        """From now on new ink is this job's."""
        self.cards()
        self._key = job_key

    def cards(self) -> tuple[CardOnBench, ...]:
        """Every card, with our names."""
        return tuple(self._named(card) for card in self.bench.cards())

    def load(self, blanks: int) -> None:
        """As the bench does it."""
        self.bench.load(blanks)

    def strike(self, what: Strike, at: Moment) -> None:
        """As the bench does it."""
        self.bench.strike(what, at)

    def mend(self) -> None:
        """As the bench does it."""
        self.bench.mend()

    def close(self) -> None:
        """As the bench does it."""
        self.bench.close()

    def _named(self, card: CardOnBench) -> CardOnBench:
        if card.job_keys:
            return evolve(card, job_keys=tuple(self._our_name(key) for key in card.job_keys))
        if not card.marks:
            return card
        known = self._nameless.get(card.number, ())
        keys = (*known, *(self._key for _ in range(card.marks - len(known))))
        self._nameless[card.number] = keys
        return evolve(card, job_keys=keys)

    def _our_name(self, name: str) -> str:
        if not name or name.count("/") == _SLASHES:
            return name
        return self._theirs.setdefault(name, self._key)

"""One seed lived through (satu cerita): trouble, then healing, then the count.

Safety is looked at all the time. After the trouble nothing goes wrong any more, and everything
must come to its end: that is liveness.
"""

from attrs import field, frozen

from ektp_core.errors import EktpError
from ektp_testing.sim import findings
from ektp_testing.sim.auditor import Auditor
from ektp_testing.sim.centre import PATIENCE_MS, Centre
from ektp_testing.sim.closing_audit import audit_at_the_end, unnoticed, what_is_open
from ektp_testing.sim.country import Country, new_country
from ektp_testing.sim.findings import Violation
from ektp_testing.sim.misfortune import Misfortune, heal
from ektp_testing.sim.options import Options
from ektp_testing.sim.people import People
from ektp_testing.sim.world import World

_COUNT_MS = 1_000


@frozen
class Told:
    """What came of a story.

    Attributes:
        check, text: the finding; empty when there is none. fault: a traceback, where a program of ours failed.
        digest: over the whole story; two runs of one seed and one commit must have the same.
        counts: how often each kind of trouble struck. cards: printed, good or not. commits: of all books.
        strikes: number and kind of each misfortune, in order.
    """

    seed: int
    check: str
    text: str
    digest: str
    cards: int
    commits: int
    trace: tuple[str, ...] = field(repr=False)
    counts: dict[str, int] = field(repr=False)
    strikes: tuple[tuple[int, str], ...] = field(repr=False)


def run(seed: int, options: Options | None = None) -> Told:
    """Live through a seed."""
    world = World(seed, options or Options())
    auditor = Auditor()
    country = new_country(world, auditor)
    auditor.country = country
    check = text = ""
    try:
        _live(country, auditor)
    except Violation as found:
        check, text = found.check, found.text
    except Exception as error:  # noqa: BLE001  # whatever our programs raise is a finding
        check, text = findings.PROGRAM_FAILS, _where(error)
    commits = sum(n for n, _ in auditor.last.values())
    try:
        country.stop()
    except EktpError as error:
        check, text = check or findings.PROGRAM_FAILS, text or _where(error)
    counts = dict(world.told)
    for computer in (country.hub.computer, *(one.computer for one in country.stations)):
        for name, count in computer.disk.counts.items():
            counts[name] = counts.get(name, 0) + count
    cards = sum(1 for card in country.cards.values() if card.job)
    return Told(
        seed, check, text, world.digest, cards, commits, tuple(world.trace), counts, tuple(world.strikes_so_far)
    )


def _live(country: Country, auditor: Auditor) -> None:
    world = country.world
    people = People(country)
    centre = Centre(country, people)
    country.start()
    people.begin()
    Misfortune(country, auditor).begin()
    world.run(world.options.trouble_ms)
    heal(country)
    centre.begin()
    if world.harmed:
        world.run(PATIENCE_MS - 1)
        unnoticed(country)
    world.run(world.options.healing_ms, lambda: not what_is_open(country))
    for _ in range(8):
        if centre.counted:
            break
        centre.count_safe()
        world.run(_COUNT_MS)
    world.run(world.options.healing_ms, lambda: not what_is_open(country), ask_every_ms=1_000)
    audit_at_the_end(auditor)


def _where(error: BaseException) -> str:
    """Where a program of ours failed; never what it was working on."""
    place, trace = "", error.__traceback__
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}: {error}"

"""What `ektp allot` reads and works out (perhitungan alokasi), without showing it.

Figures come from a CSV file alone, so that an office can plan before it has a hub. Without a
supply it is taken that there is enough of every class: then each office gets what its own rules
leave it, and nobody is cut for want of blanks. Rules 27 to 30.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.grants import Grant, Plan
from ektp_core.allotment.need import cover_days
from ektp_core.allotment.plan import plan
from ektp_core.allotment.policy import Policy
from ektp_core.allotment.rule import Rule
from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.dates import checked_date
from ektp_data.allotment_csv import CLASSES, FiguresFile, read_figures
from ektp_data.csv_sheet import LARGEST_COUNT, bad_file, count_in
from ektp_data.csv_sheet import LIMIT_BYTES as FIGURES_LIMIT_BYTES
from ektp_data.policy_file import LIMIT_BYTES as POLICY_LIMIT_BYTES
from ektp_data.policy_file import policy_on, read_policies, shipped_policy
from ektp_data.regions import load_regions

#: Fewer days of use than this is nearly empty.
WEEK_DAYS = 7

#: More than all offices together can ask for.
_ENOUGH = LARGEST_COUNT * 100_000

_KINDS = (("Kabupaten ", "Kab. "),)


@frozen
class Division:
    """A plan and whether its supply was given or taken to be enough."""

    plan: Plan
    is_supply_known: bool

    @property
    def granted(self) -> int:
        """Blanks of all grants."""
        return sum(grant.count for grant in self.plan.grants)

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of blanks that are asked for or supplied."""
        found = {grant.blank_class for grant in self.plan.grants}
        return tuple(sorted(found | (set(self.plan.supply_by_class) if self.is_supply_known else set())))

    @property
    def nearly_empty(self) -> int:
        """Offices left with less than a week of use."""
        return sum((days_after(grant) or 0) < WEEK_DAYS for grant in self.plan.grants if is_use_known(grant))


def read_file(path: Path, supply: Mapping[str, int]) -> FiguresFile:
    """The figures in a file, or what is wrong with it.

    Raises:
        Refused: BAD_FILE when nothing of it can be used.
    """
    data = _bytes(path, FIGURES_LIMIT_BYTES)
    return read_figures(data, path.name, load_regions(), {*CLASSES, *supply})


def read_policy(chosen: str, day: str = "") -> Policy:
    """The policy of a file or of a shipped name, on a day where one is given.

    Raises:
        Refused: BAD_FILE or BAD_VALUE saying what is wrong with it.
    """
    if day:
        checked_date(day, "--date")
    path = Path(chosen)
    if chosen.endswith(".toml") or path.is_file():
        return policy_on(read_policies(_bytes(path, POLICY_LIMIT_BYTES), path.name), day)
    return shipped_policy(chosen, day)


def is_not_begun(policy: Policy, today: str) -> bool:
    """Whether a policy does not hold yet on a local date (ISO text)."""
    return policy.valid_from > today


def refuse_overwriting(read: Iterable[Path], written: Iterable[Path | None]) -> None:
    """A command that writes over what it reads leaves nobody the figures it was worked out from.

    Raises:
        Refused: BAD_FILE for a file to write that is one to read, or twice one to write.
    """
    taken = {path.resolve() for path in read}
    for path in written:
        if path is None:
            continue
        if path.resolve() in taken or any(_is_same(path, other) for other in taken):
            raise bad_file(str(path), "the command reads or writes this file already", "another file to write to")
        taken.add(path.resolve())


def _is_same(path: Path, other: Path) -> bool:
    """Whether two names are links to one file."""
    return path.exists() and other.exists() and path.samefile(other)


def read_supply(given: Sequence[str]) -> dict[str, int]:
    """Blanks of each class, from texts such as `v5=800000`.

    Raises:
        Refused: BAD_VALUE for a text of another form, or one class twice.
    """
    found: dict[str, int] = {}
    for text in given:
        blank_class, _, count = text.partition("=")
        name = blank_class.strip()
        if not name or not count.strip() or not name.isprintable() or name in found:
            shape = "a class twice" if name in found else "no class and count"
            facts = {"field": "--supply", "shape": shape, "expected": "a class and a count, such as v5=800000"}
            raise Refused(Refusal.BAD_VALUE, facts)
        found[name] = count_in({"--supply": count.strip()}, "--supply")
    return found


def divide(policy: Policy, supply: Mapping[str, int], figures: Sequence[OfficeFigures]) -> Division:
    """The plan of a policy; without a supply there is enough of every class."""
    known = bool(supply)
    there = supply if known else {one.blank_class: _ENOUGH + policy.central_reserve for one in figures}
    return Division(plan(policy, there, figures), known)


def office_name(office: str) -> str:
    """The name people know an office by: `Kab. Lombok Timur`, `Provinsi Bali`, or the group's own."""
    kind, _, rest = office.partition("/")
    if kind == "group":
        return rest.partition("/")[2]
    name = load_regions().name(rest)
    if kind == "province":
        return f"Provinsi {name}"
    for long, short in _KINDS:
        name = name.replace(long, short, 1)
    return name


def limit_of(grant: Grant, rule: Rule) -> int | None:
    """What a rule by itself would give, or nothing where it has no say."""
    return dict(grant.limits).get(rule)


def is_use_known(grant: Grant) -> bool:
    """Whether anything is known of how fast the office uses blanks."""
    return grant.row.rate > 0


def need_of(grant: Grant) -> int | None:
    """Blanks the office needs, or nothing where it is not known."""
    return grant.row.need if grant.row.need >= 0 else None


def days_after(grant: Grant) -> int | None:
    """Days of use the office has after the grant, or nothing where it is not known."""
    return cover_days(grant.figures.position + grant.count, grant.row.rate) if is_use_known(grant) else None


def division_to_plain(division: Division, reasons: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """A division for other programs: codes of rules, counts, and the reason in the user's language."""
    found = division.plan
    return {
        "policy": found.policy.name,
        "paper": found.policy.paper,
        "supply": dict(found.supply_by_class) if division.is_supply_known else None,
        "left": dict(found.left) if division.is_supply_known else None,
        "reserve": found.policy.central_reserve,
        "granted": division.granted,
        "grants": [grant_to_plain(one, reasons[one.office, one.blank_class]) for one in found.grants],
        "loans": [
            {
                "rank": one.rank, "class": one.blank_class, "lender": one.lender, "borrower": one.borrower,
                "count": one.count, "due_days": one.due_days, "same_province": one.same_province,
            }
            for one in found.loans
        ],
    }  # fmt: skip


def grant_to_plain(grant: Grant, reason: str) -> dict[str, Any]:
    """One grant for other programs."""
    figures = grant.figures
    return {
        "office": grant.office,
        "name": office_name(grant.office),
        "class": grant.blank_class,
        "requested": figures.requested,
        "backlog": figures.backlog,
        "own_backlog": figures.own_backlog,
        "need": need_of(grant),
        "capacity_left": limit_of(grant, Rule.CAPACITY),
        "granted": grant.count,
        "bound_by": grant.bound_by.value,
        "why": reason,
        "would_give": {rule.value: count for rule, count in grant.would_give},
        "not_known": [rule.value for rule in grant.unknown],
        "days_of_cover": days_after(grant),
        "deliveries": [{"day": day, "count": count} for day, count in grant.deliveries],
    }


def _bytes(path: Path, limit: int) -> bytes:
    """A file's bytes, at most one more than may be read."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise bad_file(str(path), error.strerror or "it cannot be read", "a file that can be read") from None

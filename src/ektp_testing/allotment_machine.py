"""The machine of allotment (mesin uji alokasi): offices, a supply and a policy that change, and a plan after each.

Every plan is compared with what the rules give each office by itself (`allotment_model`), and with
itself: in another order, asked twice, with one blank more. Illegal on purpose: an office that
stands twice, a supply below nothing.
"""

from collections.abc import Callable, Mapping, Sequence

from attrs import define, evolve, field

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, ShortageRule, UsedUp
from ektp_testing.allotment_checks import (
    ALLOTMENT_CHECKS,
    IMPOSSIBLE_IS_REFUSED,
    MORE_TAKES_FROM_NOBODY,
    ORDER_CHANGES_NOTHING,
    Key,
    Planned,
    judge,
    planned,
)
from ektp_testing.operation import Arguments, Dice, Machine, Operation, must
from ektp_testing.protocols import AllotmentUnderTest

OFFICES = ("office/52.01", "office/52.03", "office/52.71", "office/51.02", "office/18.09", "province/65")
CLASSES = ("v5", "v4.8")
#: Some offices are so many times as big, so that counts outgrow two bytes.
THOUSAND = 1_000


@define(eq=False)
class AllotmentWorld:
    """The plan under test, and what it is asked to divide."""

    under_test: AllotmentUnderTest
    policy: Policy = field(factory=lambda: Policy(name="drawn"))
    supply: dict[str, int] = field(factory=lambda: {"v5": 40})
    offices: dict[tuple[str, str], OfficeFigures] = field(factory=dict)

    def rows(self) -> list[OfficeFigures]:
        """The figures, in the order they came."""
        return list(self.offices.values())


# -- drawn ----------------------------------------------------------------------------------------


def _figures(world: AllotmentWorld, dice: Dice) -> Arguments:
    office = dice.pick(OFFICES)
    times = dice.pick([1, 1, 1, THOUSAND])
    printed = dice.pick([(), (30,), (10, 20), (0, 7, 40, 61), (0, 0), (90, 0, 3, 11, 20)])
    days = dice.pick([(), *([(0, 12, 28, 30, 15)] * 2), (30, 30, 30, 30, 28)])
    return {
        "figures": OfficeFigures(
            office,
            dice.pick(CLASSES),
            stock=dice.pick([0, 0, dice.number(0, 20), 150]) * times,
            in_transit=dice.pick([0, 0, 5]) * times,
            backlog=dice.pick([0, dice.number(0, 60), dice.number(0, 60)]) * times,
            requested=dice.pick([0, 10, 25, 60, 100]) * times,
            printed_per_month=tuple(count * times for count in printed),
            stock_out_days=days[: len(printed)],
            printers_good=dice.number(0, 2),
            printers_poor=dice.pick([0, 0, 1]),
            printers_broken=dice.number(0, 1),
            printers_missing=dice.pick([0, 0, 1]),
            daily_cap=dice.pick([0, 1, 2]) * times,
            working_days=dice.pick([0, 21]),
            best_month=dice.pick([0, 0, 25, 50]) * times,
            signed_capacity=dice.pick([0, 0, 0, 30]) * times,
            is_store=office.startswith("province"),
            accounted_for=dice.pick([None, True, True, False]),
            report_age_days=dice.pick([0, 10, 11, 31, 32]),
            remaining_of_last=dice.pick([0, 3]),
            grant_age_days=dice.pick([None, 6, 7, 13, 14]),
            signed_push=dice.pick([0, 0, 0, 12]) * times,
            signed_exception=dice.pick([False, False, False, True]),
        )
    }


def _policy(world: AllotmentWorld, dice: Dice) -> Arguments:
    lot = dice.pick([1, 1, 5])
    target = dice.pick([30, 15])
    return {
        "policy": Policy(
            name="drawn",
            report_needed=dice.pick([True, False]),
            report_max_age_days=dice.pick([31, 10]),
            interval_days=dice.pick([7, 14]),
            used_up=dice.pick(list(UsedUp)),
            reorder_threshold=10,
            before_empty_days=dice.pick([0, 10]),
            need_binds=dice.pick([True, False]),
            target_cover_days=target,
            periods_averaged=dice.pick([3, 1, 2, 5]),
            stock_out_corrected=dice.pick([True, True, False]),
            poor_printer_percent=dice.pick([100, 50, 0]),
            max_cover_days=dice.pick([0, 60]),
            capacity_binds=dice.pick([True, True, False]),
            quota=dice.pick([0, 20]),
            central_reserve=dice.pick([0, 10]),
            shortage_rule=dice.pick(list(ShortageRule)),
            rounding_lot=lot,
            minimum_grant=dice.pick([0, 10]),
            push_allowed=dice.pick([True, False]),
            delivery_max=dice.pick([0, 20 * lot]),
            delivery_interval_days=dice.pick([7, 14]),
            loans_proposed=dice.pick([True, True, False]),
            loan_keep_days=dice.pick([30, 10]),
        )
    }


def _supply(world: AllotmentWorld, dice: Dice) -> Arguments:
    return {"blank_class": dice.pick(CLASSES), "count": dice.number(0, 160) * dice.pick([1, 1, 1, THOUSAND])}


def _nothing(world: AllotmentWorld, dice: Dice) -> Arguments:
    return {}


def _order(world: AllotmentWorld, dice: Dice) -> Arguments:
    """Another order: turned round, and begun somewhere else."""
    return {"first": dice.number(0, len(world.offices) - 1), "is_reversed": bool(dice.number(0, 1))}


def _class_there(world: AllotmentWorld, dice: Dice) -> Arguments:
    return {"blank_class": dice.pick(sorted(world.supply)), "more": dice.pick([1, 2, 7])}


def _short(world: AllotmentWorld, dice: Dice) -> Arguments:
    """A few offices that nothing binds but their requests, so that they share."""
    many, lot = dice.number(3, len(OFFICES)), dice.pick([1, 1, 5])
    rule = dice.pick(list(ShortageRule))
    return {
        "policy": Policy(name="short", need_binds=False, rounding_lot=lot, shortage_rule=rule),
        "requests": [dice.number(1, 12) * lot for _ in range(many)],
        "waiting": [dice.number(1, 30) for _ in range(many)],
        "there": [dice.pick([0, 0, 4]) for _ in range(many)],
    }


def _twice(world: AllotmentWorld, dice: Dice) -> Arguments:
    return {"figures": evolve(dice.pick(world.rows()), stock=dice.number(0, 5))}


# -- done and judged ------------------------------------------------------------------------------


def _plan(world: AllotmentWorld) -> None:
    judge(world.policy, world.supply, world.rows(), _divided(world, world.supply, world.rows()))


def _divided(world: AllotmentWorld, supply: Mapping[str, int], rows: Sequence[OfficeFigures]) -> Planned:
    return planned(world.under_test, world.policy, supply, rows)


def _hear(world: AllotmentWorld, figures: OfficeFigures) -> None:
    world.offices[figures.office, figures.blank_class] = figures
    _plan(world)


def _decree(world: AllotmentWorld, policy: Policy) -> None:
    world.policy = policy
    _plan(world)


def _deliver(world: AllotmentWorld, blank_class: str, count: int) -> None:
    world.supply[blank_class] = count
    _plan(world)


def _again(world: AllotmentWorld, first: int, is_reversed: bool) -> None:
    rows = world.rows()
    mixed = rows[first:] + rows[:first]
    if is_reversed:
        mixed.reverse()
    one, other = _divided(world, world.supply, rows), _divided(world, world.supply, mixed)
    changed = [office for office, count in one.counts.items() if other.counts.get(office) != count]
    must(not changed, ORDER_CHANGES_NOTHING, f"{changed[:3]} get another count in another order")
    must(one.told == other.told, ORDER_CHANGES_NOTHING, "reasons, deliveries or loans are others in another order")


def _walk(
    world: AllotmentWorld, policy: Policy, requests: Sequence[int], waiting: Sequence[int], there: Sequence[int]
) -> None:
    """Supplies that grow lot by lot until all are served: a share rounded anew each time falls on the way."""
    figures = zip(OFFICES, requests, waiting, there, strict=False)
    rows = [
        OfficeFigures(office, CLASSES[0], requested=asked, backlog=backlog, stock=stock)
        for office, asked, backlog, stock in figures
    ]
    before: Mapping[Key, int] = {}
    for count in range(0, sum(requests) + 1, policy.rounding_lot):
        supply = {CLASSES[0]: count}
        answer = planned(world.under_test, policy, supply, rows)
        judge(policy, supply, rows, answer)
        less = [office for office, had in before.items() if answer.counts.get(office, 0) < had]
        must(not less, MORE_TAKES_FROM_NOBODY, f"with {count}, a lot more, {less[:3]} get less")
        before = answer.counts


def _grow(world: AllotmentWorld, blank_class: str, more: int) -> None:
    before = _divided(world, world.supply, world.rows())
    after = _divided(world, {**world.supply, blank_class: world.supply[blank_class] + more}, world.rows())
    less = [office for office, count in before.counts.items() if after.counts.get(office, 0) < count]
    must(not less, MORE_TAKES_FROM_NOBODY, f"with {more} more, {less[:3]} get less")


def _stand_twice(world: AllotmentWorld, figures: OfficeFigures) -> None:
    answer = world.under_test.divide(world.policy, world.supply, [*world.rows(), figures])
    must(answer is None, IMPOSSIBLE_IS_REFUSED, f"{figures.office} stood twice and was planned")


def _owe(world: AllotmentWorld, blank_class: str, more: int) -> None:
    answer = world.under_test.divide(world.policy, {**world.supply, blank_class: -more}, world.rows())
    must(answer is None, IMPOSSIBLE_IS_REFUSED, f"a supply of {-more} was divided")


def look(world: AllotmentWorld) -> None:
    """Nothing is kept between two plans."""


# -- the table ------------------------------------------------------------------------------------


def _legal(
    name: str, tells: str, draw: Callable[[AllotmentWorld, Dice], Arguments], do: Callable[..., None], weight: int
) -> Operation[AllotmentWorld]:
    return Operation(name, tells, draw, do, is_always_possible=True, weight=weight)


def _has_offices(world: AllotmentWorld) -> bool:
    return bool(world.offices)


ALLOTMENT_OPERATIONS: tuple[Operation[AllotmentWorld], ...] = (
    _legal("an_office_is_heard", "{figures}", _figures, _hear, 6),
    _legal("a_policy_comes_into_force", "{policy}", _policy, _decree, 4),
    _legal("blanks_are_supplied", "{count} blanks of class {blank_class}", _supply, _deliver, 3),
    Operation(
        "the_same_in_another_order",
        "planned again, from row {first}, reversed: {is_reversed}",
        _order,
        _again,
        is_always_possible=True,
        makes_sense=_has_offices,
        weight=2,
    ),
    _legal("one_blank_more", "planned with {more} more of {blank_class}", _class_there, _grow, 3),
    _legal(
        "a_shortage_is_walked",
        "asked {requests}, waiting {waiting}, there {there}: ever more by {policy}",
        _short,
        _walk,
        1,
    ),
    Operation(
        "an_office_stands_twice",
        "twice: {figures}",
        _twice,
        _stand_twice,
        is_illegal=True,
        makes_sense=_has_offices,
    ),
    Operation(
        "less_than_nothing_is_supplied", "{more} blanks of {blank_class} too few", _class_there, _owe, is_illegal=True
    ),
)

ALLOTMENT: Machine[AllotmentUnderTest, AllotmentWorld] = Machine(
    "allotment", AllotmentWorld, ALLOTMENT_OPERATIONS, ALLOTMENT_CHECKS, look, look
)

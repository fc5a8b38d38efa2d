"""Offices, policies and supplies for the tests of allotment: any that the checks let through."""

from hypothesis import strategies as st

from ektp_core.allotment.figures import OfficeFigures
from ektp_core.allotment.policy import Policy, ShortageRule, UsedUp

CLASS = "v5"

_counts = st.one_of(st.just(0), st.integers(0, 60), st.integers(0, 40_000))
_few = st.integers(0, 4)


@st.composite
def figures(draw: st.DrawFn, office: str, blank_class: str = CLASS) -> OfficeFigures:
    """Any figures of one office, with gaps as real ones have."""
    months = draw(st.integers(0, 5))
    return OfficeFigures(
        office,
        blank_class,
        stock=draw(_counts),
        in_transit=draw(_counts),
        backlog=draw(_counts),
        own_backlog=draw(_counts),
        requested=draw(_counts),
        printed_per_month=tuple(draw(st.lists(_counts, min_size=months, max_size=months))),
        stock_out_days=tuple(draw(st.lists(st.integers(0, 31), min_size=months, max_size=months))),
        printers_good=draw(_few),
        printers_poor=draw(_few),
        printers_broken=draw(_few),
        printers_missing=draw(_few),
        daily_cap=draw(st.sampled_from((0, 50, 100, 200, 300))),
        working_days=draw(st.sampled_from((0, 21, 26))),
        best_month=draw(_counts),
        signed_capacity=draw(st.one_of(st.just(0), _counts)),
        is_store=draw(st.booleans()),
        accounted_for=draw(st.sampled_from((None, True, True, False))),
        report_age_days=draw(st.integers(0, 60)),
        remaining_of_last=draw(_counts),
        grant_age_days=draw(st.one_of(st.none(), st.integers(0, 20))),
        signed_push=draw(st.one_of(st.just(0), st.just(0), _counts)),
        signed_exception=draw(st.sampled_from((False, False, True))),
        recorded_this_month=draw(_counts),
    )


@st.composite
def countries(draw: st.DrawFn, sizes: int = 8, classes: tuple[str, ...] = (CLASS,)) -> list[OfficeFigures]:
    """Some offices, each once for each class it stands with."""
    codes = draw(st.lists(st.tuples(st.integers(51, 54), st.integers(1, 9)), unique=True, max_size=sizes))
    return [
        draw(figures(f"office/{province}.{regency:02}", draw(st.sampled_from(classes)))) for province, regency in codes
    ]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy that the checks let through."""
    lot = draw(st.sampled_from((1, 1, 7, 100, 500)))
    target = draw(st.sampled_from((7, 30, 45)))
    return Policy(
        name="any",
        report_needed=draw(st.booleans()),
        used_up=draw(st.sampled_from(UsedUp)),
        before_empty_days=draw(st.sampled_from((0, 14))),
        need_binds=draw(st.booleans()),
        target_cover_days=target,
        max_cover_days=draw(st.sampled_from((0, target, 90))),
        stock_out_corrected=draw(st.booleans()),
        capacity_binds=draw(st.booleans()),
        poor_printer_percent=draw(st.sampled_from((100, 50, 0))),
        quota=draw(st.sampled_from((0, 0, 500, 4_000))),
        central_reserve=draw(st.sampled_from((0, 0, 1_000))),
        shortage_rule=draw(st.sampled_from(ShortageRule)),
        rounding_lot=lot,
        minimum_grant=draw(st.sampled_from((0, 0, 300))),
        push_allowed=draw(st.booleans()),
        delivery_max=draw(st.sampled_from((0, lot, 10 * lot))),
        loans_proposed=draw(st.booleans()),
        loan_empty_days=draw(st.integers(0, 10)),
    )


supplies = st.one_of(st.integers(0, 500), st.integers(0, 300_000))

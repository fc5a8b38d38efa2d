"""Hypothesis strategies for allotment (strategi alokasi): policies that can be, and figures of offices.

A policy's numbers are drawn within the bounds each key states of itself, so that a new key is
drawn without a line being changed; the keys that contradict each other are drawn together.
"""

from typing import Any

import attrs
from hypothesis import strategies as st

from ektp_core.allotment.figures import DAYS_MAX, MONTH_DAYS_MAX, OfficeFigures
from ektp_core.allotment.policy import Policy, bounds, checked, fields_by_name
from ektp_testing import strategies_nouns as nouns

_SMALL = 200
_PRIORITIES = ("first card", "disaster", "lost", "data change", "rename")


def _keys() -> st.SearchStrategy[dict[str, Any]]:
    """Each key of a policy by itself: enum, yes or no, or a small number within its bounds."""
    drawn: dict[str, st.SearchStrategy[Any]] = {}
    for name, one in fields_by_name().items():
        if isinstance(one.default, bool):
            drawn[name] = st.booleans()
        elif isinstance(one.default, int):
            least, most = bounds(name)
            drawn[name] = st.integers(least, min(most, least + _SMALL))
        elif isinstance(one.default, str):
            drawn[name] = st.just("")
        elif one.default is not attrs.NOTHING and not isinstance(one.default, tuple):
            drawn[name] = st.sampled_from(type(one.default))
    return st.fixed_dictionaries(drawn)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A dated policy that passes `checked`."""
    keys = draw(_keys())
    dates = sorted(draw(st.lists(nouns.local_dates(), min_size=2, max_size=2)))
    classes = draw(st.permutations(_PRIORITIES))
    cut, end = sorted((draw(st.integers(0, len(classes))), draw(st.integers(0, len(classes)))))
    lot, keep = keys["rounding_lot"], keys["loan_keep_days"]
    quota = keys["quota"] and keys["quota"] + lot
    return checked(
        Policy(
            **{
                **keys,
                "name": draw(nouns.words(min_size=1)),
                "valid_from": dates[0],
                "valid_to": draw(st.sampled_from(["", dates[1]])),
                "max_cover_days": keys["max_cover_days"] and keys["max_cover_days"] + keys["target_cover_days"],
                "quota": quota,
                "minimum_grant": min(keys["minimum_grant"], quota or keys["minimum_grant"]),
                "delivery_max": keys["delivery_max"] // lot * lot,
                "loan_empty_days": keys["loan_empty_days"] % keep,
                "priority_classes": tuple(classes[:cut]),
                "refused_classes": tuple(classes[cut:end]),
            }
        )
    )


@st.composite
def office_figures(draw: st.DrawFn) -> OfficeFigures:
    """Figures of one office and class that pass `figures.checked`; counts are small, so that rules meet."""
    months = draw(st.lists(st.integers(0, _SMALL), max_size=4))
    days = [draw(st.integers(0, MONTH_DAYS_MAX)) for _ in months] if draw(st.booleans()) else []
    special: dict[str, Any] = {
        "office": draw(nouns.offices()),
        "blank_class": draw(nouns.blank_classes()),
        "printed_per_month": tuple(months),
        "stock_out_days": tuple(days),
        "working_days": draw(st.integers(0, MONTH_DAYS_MAX)),
        "report_age_days": draw(st.integers(0, DAYS_MAX)),
        "grant_age_days": draw(st.one_of(st.none(), st.integers(0, DAYS_MAX))),
        "accounted_for": draw(st.sampled_from([None, True, False])),
        "is_store": draw(st.booleans()),
    }
    counts = [one.name for one in attrs.fields(OfficeFigures) if one.name not in special]
    special |= {name: draw(st.integers(0, _SMALL)) for name in counts}
    return OfficeFigures(**special)


@st.composite
def office_tables(draw: st.DrawFn, *, most: int = 12) -> tuple[OfficeFigures, ...]:
    """Figures of some offices, each office once with a class."""
    found = draw(st.lists(office_figures(), max_size=most, unique_by=lambda one: (one.office, one.blank_class)))
    return tuple(found)

"""What every store must do (uji penyimpan), as small named checks.

Write a `Maker` for your store and run each check with it; a check raises `AssertionError`
(or whatever your store raises) when it fails. No test framework is needed::

    for check in STORE_CHECKS:
        check.run(my_maker)

The checks go through the protocol only. What a store promises about disks, power and two
processes cannot be seen through it, and is tested beside each store.
"""

from collections.abc import Callable

from attrs import frozen

from ektp_testing import store_checks_commits as commits
from ektp_testing import store_checks_rows as rows
from ektp_testing.store_scenes import Maker

__all__ = ["STORE_CHECKS", "Check", "Maker"]


@frozen
class Check:
    """One thing every store must do."""

    name: str
    says: str
    run: Callable[[Maker], None]


STORE_CHECKS: tuple[Check, ...] = tuple(
    Check(check.__name__, (check.__doc__ or "").strip(), check)
    for check in (
        commits.a_new_book_is_empty,
        commits.an_ask_is_answered_with_its_events,
        commits.a_repeat_is_answered_with_the_events_of_then,
        commits.a_repeat_inside_one_group_is_answered_too,
        commits.other_bytes_under_a_used_id_are_refused,
        commits.a_group_sees_its_predecessors,
        commits.a_refused_ask_leaves_no_trace,
        commits.a_fold_that_refuses_is_taken_back,
        commits.an_unexpected_error_takes_the_group_back,
        commits.refusals_alone_seal_nothing,
        commits.facts_carry_no_id,
        commits.a_book_survives_reopening,
        commits.a_payload_is_kept_until_erased,
        commits.a_link_survives_reopening,
        commits.seals_chain_and_bind_exact_bytes,
        commits.a_seal_carries_counters_and_pen,
        rows.rows_are_the_fold_of_the_log,
        rows.overlapping_runs_are_refused,
        rows.moving_what_is_not_held_is_refused,
        rows.a_blank_put_in_the_wrong_bucket_is_found,
        rows.a_part_that_later_movements_left_is_still_checked,
        rows.a_lost_blank_is_found,
        rows.neighbours_left_apart_are_found,
        rows.several_movements_of_one_blank_are_one_commit,
        rows.a_view_knows_the_heads,
        rows.rows_come_in_key_order,
        rows.the_lowest_run_of_a_place_is_found,
        rows.movements_can_be_listed_from_a_position,
        rows.an_open_view_holds_off_the_next_commit,
    )
)

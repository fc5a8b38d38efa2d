"""Both stores do what every store must do."""

import pytest

from ektp_testing.store_kit import STORE_CHECKS, Check, Maker


@pytest.mark.parametrize("check", STORE_CHECKS, ids=lambda check: check.name)
def test_the_store_passes(check: Check, maker: Maker) -> None:
    check.run(maker)


def test_every_check_says_what_it_checks_and_is_named_once() -> None:
    assert all(check.says for check in STORE_CHECKS)
    assert len({check.name for check in STORE_CHECKS}) == len(STORE_CHECKS)

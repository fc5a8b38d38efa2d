"""The pytest plugin judges what a fixture names, check by check, and skips what is not given."""

import pytest

pytest_plugins = ["pytester"]

CONFTEST = 'pytest_plugins = ["ektp_testing.pytest_plugin"]\n'

LEDGER = """
    import pytest
    from ektp_testing.judging import test_ledger_holds, test_lock_holds, test_store_holds
    from ektp_testing.our_stores import MemoryMaker
    from ektp_testing.plain_ledger import PlainLedger

    class Spoiled(PlainLedger):
        def _are_new(self, blanks):
            return {is_new}

    @pytest.fixture(scope="session")
    def ektp_ledger():
        return Spoiled

    @pytest.fixture
    def ektp_store():
        return MemoryMaker()
"""
SOUND, BROKEN = "super()._are_new(blanks)", "True"


def test_a_sound_ledger_and_store_pass_and_what_is_not_given_is_skipped(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(LEDGER.format(is_new=SOUND))
    result = pytester.runpytest_subprocess("-q", "--ektp-seeds=2", "--ektp-steps=60")
    result.assert_outcomes(passed=11 + 29, skipped=7)


def test_a_broken_ledger_fails_the_check_meant_for_it_and_no_other_with_its_story(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(LEDGER.format(is_new=BROKEN))
    result = pytester.runpytest_subprocess("-q", "-k", "ledger_holds", "--ektp-seeds=3", "--ektp-steps=60")
    result.assert_outcomes(passed=10, failed=1, deselected=7 + 29)
    result.stdout.fnmatch_lines(["ledger, seed *, step *: what_does_not_fit_is_refused", "*it was taken"])


def test_the_plugin_costs_nothing_where_it_is_not_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing():\n    import sys\n    assert 'ektp_testing' not in sys.modules\n")
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)

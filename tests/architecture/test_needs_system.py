"""A missing system package is told on a contributor's machine, and is a failure in CI."""

from collections.abc import Callable

import pytest

Find = Callable[[str, str], str]


def test_a_command_that_is_there_is_given_as_a_path(needs_system: Find) -> None:
    assert needs_system("sh", "dash").endswith("/sh")


def test_a_missing_command_skips_and_names_its_package(
    needs_system: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="system package umockdev"):
        needs_system("no-such-command", "umockdev")


def test_a_missing_command_fails_in_ci(needs_system: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"Add umockdev to system_packages in \.ci/run"):
        needs_system("no-such-command", "umockdev")

"""The filter's program, call by call, on both machines: run here as the kernel runs it, against the kernel's numbers."""

import pytest

from ektp_station import call_filter
from tests.station.call_numbers import LEAVING, LOOKED_AT, SHUT, STEERING

X86_64, AARCH64 = (0, 0xC000003E, 0x40000000), (1, 0xC00000B7, 0)
MACHINES = pytest.mark.parametrize("machine", [X86_64, AARCH64], ids=["x86_64", "aarch64"])
BOTH = pytest.mark.parametrize("has_own", [True, False], ids=["own processes", "processes of all"])
I386 = 0x40000003
ME, OTHER = 4711, 4712
#: What a program of the kernel answers: allowed, or an error by its number.
ALLOWED, EPERM, ENOSYS = 0, 1, 38
NAME_SPACES = {
    "files": 0x20000, "groups": 0x2000000, "names": 0x4000000, "messages": 0x8000000, "users": 0x10000000,
    "processes": 0x20000000, "network": 0x40000000,
}  # fmt: skip
A_THREAD, A_CHILD = 0x3D0F00, 0x1200011


def _answer(machine: tuple[int, int, int], number: int, *arguments: int, has_own: bool, kernel: int = 0) -> int:
    """What the program says to one call; it has to end with an answer."""
    steps = call_filter.program(*machine, () if has_own else (0, ME), has_own_processes=has_own)
    words = {0: number, 4: kernel or machine[1]}
    for place in range(6):
        whole = arguments[place] if place < len(arguments) else 0
        words |= {16 + 8 * place: whole & 0xFFFFFFFF, 20 + 8 * place: whole >> 32 & 0xFFFFFFFF}
    held, at = 0, 0
    while True:
        step = steps[at]
        at += 1
        if step.code == 0x20:
            held = words[step.value]
        elif step.code == 0x06:
            assert step.value == 0x7FFF0000 or step.value >> 16 == 0x0005
            return 0 if step.value == 0x7FFF0000 else step.value & 0xFFFF
        else:
            holds = {0x15: held == step.value, 0x35: held >= step.value, 0x45: bool(held & step.value)}[step.code]
            at += step.if_so if holds else step.if_not


def _asked(machine: tuple[int, int, int], name: str, *arguments: int, has_own: bool) -> int:
    return _answer(machine, {**LOOKED_AT, **STEERING}[name][machine[0]], *arguments, has_own=has_own)


@MACHINES
@BOTH
def test_every_call_that_is_to_be_shut_is_and_no_other(machine: tuple[int, int, int], has_own: bool) -> None:
    shut = {**SHUT} if has_own else {**SHUT, **LEAVING}
    # Asked with nothing but zeros: a socket of no family, and the disk turns of nobody.
    zeros = ("socket",) if has_own else ("socket", "ioprio_set")
    wanted = {one[machine[0]] for one in (*shut.values(), *(LOOKED_AT[name] for name in zeros))} - {-1}
    answers = {number: _answer(machine, number, has_own=has_own) for number in range(600)}
    assert {number for number, how in answers.items() if how == EPERM} == wanted
    assert {number for number, how in answers.items() if how == ENOSYS} == {LOOKED_AT["clone3"][machine[0]]}


@BOTH
def test_the_second_table_of_calls_is_shut_whole(has_own: bool) -> None:
    for number in (0, 39, 101, 520, 0x3FFFFFFF, 0xBFFFFFFF):
        assert _answer(X86_64, 0x40000000 + number, has_own=has_own) == EPERM
    assert _answer(X86_64, 0x3FFFFFFF, has_own=has_own) == ALLOWED


@MACHINES
@BOTH
def test_a_call_in_the_way_of_another_machine_is_refused(machine: tuple[int, int, int], has_own: bool) -> None:
    for number in (3, 39, 63, 172):
        assert _answer(machine, number, has_own=has_own, kernel=I386) == EPERM


@MACHINES
@BOTH
@pytest.mark.parametrize("name", NAME_SPACES)
def test_no_child_is_cloned_into_a_name_space(machine: tuple[int, int, int], has_own: bool, name: str) -> None:
    for flags in (NAME_SPACES[name], NAME_SPACES[name] | 17):
        assert _asked(machine, "clone", flags, has_own=has_own) == EPERM
    assert _asked(machine, "clone3", has_own=has_own) == ENOSYS  # a C library then takes `clone`


@MACHINES
@BOTH
def test_threads_and_children_are_cloned(machine: tuple[int, int, int], has_own: bool) -> None:
    for flags in (A_THREAD, A_CHILD, 17):
        assert _asked(machine, "clone", flags, has_own=has_own) == ALLOWED


@MACHINES
@BOTH
@pytest.mark.parametrize(("family", "protocol", "answer"), [
    (1, 0, ALLOWED), (16, 15, ALLOWED), (16, 0, EPERM), (16, 4, EPERM), (16, 9, EPERM), (16, 16, EPERM),
    (2, 0, EPERM), (2, 15, EPERM), (10, 0, EPERM), (17, 15, EPERM), (40, 0, EPERM), (38, 0, EPERM),
])  # fmt: skip
def test_sockets_are_unix_ones_and_the_word_of_a_device(
    machine: tuple[int, int, int], has_own: bool, family: int, protocol: int, answer: int
) -> None:
    assert _asked(machine, "socket", family, 0x80002, protocol, has_own=has_own) == answer


@MACHINES
@pytest.mark.parametrize("name", STEERING)
def test_only_an_own_process_is_signalled_and_steered(machine: tuple[int, int, int], name: str) -> None:
    for pid, answer in ((0, ALLOWED), (ME, ALLOWED), (OTHER, EPERM), (-1, EPERM), (-OTHER, EPERM), (1, EPERM)):
        assert _asked(machine, name, pid, 9, has_own=False) == answer
    assert _asked(machine, name, OTHER, 9, has_own=True) == ALLOWED  # it sees none but its own


@MACHINES
@pytest.mark.parametrize(("name", "arguments", "answer"), [
    ("setpriority", (0, 0), ALLOWED), ("setpriority", (0, ME), ALLOWED), ("setpriority", (0, OTHER), EPERM),
    ("setpriority", (1, 0), EPERM), ("setpriority", (2, ME), EPERM),
    ("ioprio_set", (1, 0), ALLOWED), ("ioprio_set", (1, ME), ALLOWED), ("ioprio_set", (1, OTHER), EPERM),
    ("ioprio_set", (2, 0), EPERM), ("ioprio_set", (3, ME), EPERM),
    ("fcntl", (3, 8), EPERM), ("fcntl", (3, 10), EPERM), ("fcntl", (3, 15), EPERM), ("fcntl", (8, 4), ALLOWED),
    ("ioctl", (3, 0x8901), EPERM), ("ioctl", (3, 0x8902), EPERM), ("ioctl", (0x8901, 0x541B), ALLOWED),
    ("prctl", (1, 0), EPERM), ("prctl", (15, 1), ALLOWED), ("prctl", (38, 1), ALLOWED),
    ("openat", (-100, 1), ALLOWED), ("read", (1, 1, 1), ALLOWED), ("getpid", (), ALLOWED),
])  # fmt: skip
def test_without_name_spaces_what_is_asked_is_looked_at(
    machine: tuple[int, int, int], name: str, arguments: tuple[int, ...], answer: int
) -> None:
    assert _asked(machine, name, *arguments, has_own=False) == answer
    assert _asked(machine, name, *arguments, has_own=True) == ALLOWED


def test_on_a_machine_that_is_not_in_the_table_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    monkeypatch.setattr(call_filter, "no_new_rights", lambda: pytest.fail("it began"))
    assert not call_filter.shut_calls(has_own_processes=True)

"""Which system calls a driver may not make (saringan panggilan): a small program for Linux's seccomp.

It shuts what no driver of a card printer needs and what leads out of a sandbox: looking into other
processes, mounting, name spaces, kernel modules, every socket but unix sockets and the kernel's word that a
device was plugged in. Where processes are not in a name space of their own, also signals to others, their limits
and turns, leaving the session by which a driver's helpers are ended with it, and what Landlock does not see:
rights, owners and times of files. Refused calls give EPERM: nothing dies
of them. The numbers of calls differ by machine; on one that is not in the table nothing is changed.
"""

import ctypes
import os
import platform
import struct
from collections.abc import Iterable

from attrs import frozen

from ektp_station.landlock import no_new_rights

_PR_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
#: Where the kernel puts number, machine and arguments.
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16

_NAME_SPACES = 0x7E020000
_UNIX, _NETLINK, _DEVICE_EVENTS = 1, 16, 15

#: name: number on x86_64, number on aarch64 (-1: there is none).
_SHUT = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "acct": (163, 89), "syslog": (103, 116),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "open_tree_attr": (467, 467),
    "sethostname": (170, 161), "setdomainname": (171, 162), "iopl": (172, -1), "ioperm": (173, -1),
    "mknod": (133, -1), "mknodat": (259, 33), "fanotify_init": (300, 262),
}  # fmt: skip
#: Signals without a process of one's own in the first argument, and leaving the session; and what Landlock does not
#: see: rights, owners, times and marks of files, being told of what happens in a folder, cutting by path.
_LEAVING = {
    "tkill": (200, 130), "pidfd_send_signal": (424, 424), "setsid": (112, 157), "setpgid": (109, 154),
    "process_mrelease": (448, 448), "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53),
    "fchmodat2": (452, 452), "chown": (92, -1), "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16), "removexattrat": (466, 466),
    "file_setattr": (469, 469), "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1),
    "utimensat": (280, 88), "inotify_add_watch": (254, 27), "truncate": (76, 45),
}  # fmt: skip
_SIGNALS = {"kill": (62, 129), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)}
#: Limits, turns and pages of a process named in the first argument, or in the second behind 0 or 1 for "a process".
_STEERED = {
    "prlimit64": (302, 261), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}  # fmt: skip
_SET_PRIORITY, _SET_IO_PRIORITY = (141, 140), (251, 30)
#: Having the kernel send a signal: F_SETOWN, F_SETSIG, F_SETOWN_EX; FIOSETOWN, SIOCSPGRP. Not dying with the parent.
_FCNTL, _OWNERS = (72, 25), (8, 10, 15)
_IOCTL, _OWNERS_OF_DEVICES = (16, 29), (0x8901, 0x8902)
_PRCTL, _PARENT_DEATH = (157, 167), 1
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)

#: Machine as Python names it: column of the tables, its number in the kernel, and what is too high for a call.
_MACHINES = {"x86_64": (0, 0xC000003E, 0x40000000), "aarch64": (1, 0xC00000B7, 0)}


@frozen
class _Step:
    """One instruction; jumps are counted from the next one."""

    code: int
    value: int
    if_so: int = 0
    if_not: int = 0


def shut_calls(*, has_own_processes: bool) -> bool:
    """Shut them for this thread and all it starts; whether that was done.

    Args:
        has_own_processes: it sees no process but its own.
    """
    found = _MACHINES.get(platform.machine())
    if found is None or struct.calcsize("P") != 8:
        return False
    steps = program(*found, () if has_own_processes else (0, os.getpid()), has_own_processes=has_own_processes)
    packed = b"".join(struct.pack("=HBBI", one.code, one.if_so, one.if_not, one.value) for one in steps)
    held = ctypes.create_string_buffer(packed)
    # struct sock_fprog: a short, padding to the pointer, the pointer
    head = ctypes.create_string_buffer(struct.pack("=H6xQ", len(steps), ctypes.addressof(held)))
    try:
        no_new_rights()
        library = ctypes.CDLL(None, use_errno=True)
        return bool(library.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(head), 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def program(
    column: int, machine: int, too_high: int, own: Iterable[int], *, has_own_processes: bool
) -> tuple[_Step, ...]:
    """The filter's instructions. `own`: process ids that may be given a signal, limits and turns."""
    shut = {**_SHUT} if has_own_processes else {**_SHUT, **_LEAVING}
    steps = [_Step(_LOAD, _MACHINE_AT), _Step(_EQUAL, machine, 1, 0), _no(), _Step(_LOAD, _NUMBER_AT)]
    if too_high:
        steps += [_Step(_AT_LEAST, too_high, 0, 1), _no()]
    for number in sorted(one[column] for one in shut.values() if one[column] >= 0):
        steps += [_Step(_EQUAL, number, 0, 1), _no()]
    steps += [_Step(_EQUAL, _CLONE3[column], 0, 1), _no(_ENOSYS)]  # its flags cannot be seen; `clone` is tried then
    steps += _when(_CLONE[column], [_argument(0), _Step(_ANY_BIT, _NAME_SPACES, 0, 1), _no(), _yes()])
    netlink = [_argument(2), _Step(_EQUAL, _DEVICE_EVENTS, 0, 1), _yes(), _no()]
    family = [_argument(0), _Step(_EQUAL, _UNIX, 0, 1), _yes(), _Step(_EQUAL, _NETLINK, 1, 0), _no()]
    steps += _when(_SOCKET[column], [*family, *netlink])
    if not has_own_processes:
        mine = [step for pid in own for step in (_Step(_EQUAL, pid, 0, 1), _yes())]
        for one in (*_SIGNALS.values(), *_STEERED.values()):
            steps += _when(one[column], [_argument(0), *mine, _no()])
        for one, a_process in ((_SET_PRIORITY, 0), (_SET_IO_PRIORITY, 1)):
            is_process = [_argument(0), _Step(_EQUAL, a_process, 1, 0), _no()]
            steps += _when(one[column], [*is_process, _argument(1), *mine, _no()])
        for one, place, values in (
            (_FCNTL, 1, _OWNERS), (_IOCTL, 1, _OWNERS_OF_DEVICES), (_PRCTL, 0, (_PARENT_DEATH,)),
        ):  # fmt: skip
            refused = [step for value in values for step in (_Step(_EQUAL, value, 0, 1), _no())]
            steps += _when(one[column], [_argument(place), *refused, _yes()])
    return (*steps, _yes())


def _when(number: int, steps: list[_Step]) -> list[_Step]:
    """`steps`, which end with an answer, for the call of that number only."""
    return [_Step(_EQUAL, number, 0, len(steps)), *steps]


def _argument(place: int) -> _Step:
    """The lower half of an argument; families, flags and process ids are no longer."""
    return _Step(_LOAD, _ARGUMENTS_AT + 8 * place)


def _no(error: int = _EPERM) -> _Step:
    return _Step(_RETURN, _REFUSE | error)


def _yes() -> _Step:
    return _Step(_RETURN, _ALLOW)

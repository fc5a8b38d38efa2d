"""Linux's Landlock (pagar Landlock): this process can reach only the files named, for good.

Three system calls without a wrapper in Python; the numbers are the same on every machine. Each kernel
knows a version of the interface; what an older one does not know is left out, and the version is
returned so that it can be told. Where there is none, nothing is changed. What was shut stays shut for
every process this one starts; nothing here needs a right of its own.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from contextlib import suppress

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH, _NO_NEW_PRIVS = 1, 1, 38

#: Rights by the bit they have in the kernel's header.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
_FIRST = (1 << 13) - 1
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL
_READING = _EXECUTE | _READ_FILE | _READ_FOLDER
#: TCP bind and connect; abstract sockets and signals beyond the fence.
_NETWORK, _SCOPES = 0b11, 0b11

#: From this version on signals to processes outside are stopped.
SIGNALS_FROM = 6


def landlock_version() -> int:
    """Which version this kernel has; 0 where there is none, or where it may not be used."""
    try:
        return max(0, _system_call(_CREATE_RULESET, None, 0, _VERSION_FLAG))
    except (OSError, AttributeError):  # AttributeError: a system whose C library has no `syscall`
        return 0


def fence(read: Iterable[str], use: Iterable[str]) -> int:
    """Leave `read` readable and `use` writable too, and nothing else; what is missing among them is passed over.

    Returns:
        The version that holds; 0 when nothing was changed.
    """
    version = landlock_version()
    if not version:
        return 0
    rights = _FIRST | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    rights |= _DEVICE_CONTROL if version >= 5 else 0
    parts = [rights, *([_NETWORK] if version >= 4 else []), *([_SCOPES] if version >= SIGNALS_FROM else [])]
    known = struct.pack(f"{len(parts)}Q", *parts)
    try:
        rules = _system_call(_CREATE_RULESET, known, len(known), 0)
        try:
            for paths, allowed in ((read, _READING), (use, rights)):
                for path in paths:
                    _allow(rules, path, allowed & rights)
            no_new_rights()
            _system_call(_RESTRICT_SELF, rules, 0)
        finally:
            os.close(rules)
    except OSError:
        return 0
    return version


def no_new_rights() -> None:
    """From here on no program that is started has more rights than this one.

    Raises:
        OSError: the kernel refuses.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _allow(rules: int, path: str, rights: int) -> None:
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rights &= -1 if os.path.isdir(path) else _ON_FILES
            _system_call(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
        finally:
            os.close(place)


def _system_call(number: int, *arguments: int | bytes | None) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    plain = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    answer = int(library.syscall(ctypes.c_long(number), *plain))
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}")
    return answer

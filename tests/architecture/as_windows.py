"""What our packages see on Windows, on this machine: names that exist only on POSIX are gone.

`install` puts stand-ins for `os`, `sys`, `signal`, `socket`, `select` and `time` before the packages of `PACKAGES`,
and before nothing else: the standard library and other people's packages go on as they are. What is
imitated besides the names: a folder cannot be opened, only what may be written is flushed, every file
looks as if others could use it, and `rename` takes nobody's place.
"""

import builtins
import importlib
import os
import sys
from types import ModuleType
from typing import Any

PACKAGES = ("ektp_core", "ektp_client", "ektp_data", "ektp_keys", "ektp_store", "ektp_station")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Modules that are not there.
MISSING = _names("crypt fcntl grp nis ossaudiodev posix pty pwd readline resource spwd syslog termios tty")

#: Names that are not there (as typeshed has them), and `os.kill`, which ends a process whatever the signal.
ONLY_POSIX = {
    "os": _names("""EX_TEMPFAIL EX_CONFIG EX_SOFTWARE EX_USAGE F_LOCK F_TLOCK F_ULOCK GRND_NONBLOCK O_ACCMODE O_ASYNC
        O_CLOEXEC O_DIRECT O_DIRECTORY O_DSYNC O_NDELAY O_NOATIME O_NOCTTY O_NOFOLLOW O_NONBLOCK O_PATH O_RSYNC O_SYNC
        O_TMPFILE PRIO_PROCESS P_ALL P_PID P_PIDFD RTLD_GLOBAL RTLD_LAZY RTLD_LOCAL RTLD_NOW SCHED_BATCH SCHED_IDLE
        SEEK_DATA SEEK_HOLE WCONTINUED WEXITED WEXITSTATUS WIFEXITED WIFSIGNALED WIFSTOPPED WNOHANG WNOWAIT WSTOPSIG
        WTERMSIG WUNTRACED chflags chown chroot confstr copy_file_range ctermid environb eventfd fchdir fchown
        fdatasync fork forkpty fpathconf fstatvfs fwalk getegid getenvb geteuid getgid getgrouplist getgroups
        getloadavg getpgid getpgrp getpriority getrandom getresgid getresuid getsid getuid getxattr initgroups kill
        killpg lchown listxattr lockf major makedev memfd_create minor mkfifo mknod nice openpty pathconf pidfd_open
        pipe2 posix_fadvise posix_fallocate posix_spawn posix_spawnp pread preadv pwrite pwritev readv
        register_at_fork removexattr sched_getaffinity sched_setaffinity sched_setscheduler sched_yield sendfile
        setegid seteuid setgid setgroups setns setpgid setpgrp setpriority setregid setresgid setresuid setreuid setsid
        setuid setxattr splice statvfs sync sysconf tcgetpgrp tcsetpgrp ttyname uname unshare wait wait3 wait4 waitid
        writev"""),
    "signal": _names("""ITIMER_PROF ITIMER_REAL ITIMER_VIRTUAL SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGHUP SIGIO SIGIOT SIGKILL
        SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMIN SIGSTOP SIGSYS SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG
        SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIG_BLOCK SIG_SETMASK SIG_UNBLOCK alarm getitimer pause
        pidfd_send_signal pthread_kill pthread_sigmask setitimer siginterrupt sigpending sigtimedwait sigwait
        sigwaitinfo"""),
    "socket": _names("""AF_ALG AF_NETLINK AF_PACKET AF_TIPC AF_UNIX AF_VSOCK CMSG_LEN CMSG_SPACE MSG_DONTWAIT MSG_NOSIGNAL
        SCM_CREDENTIALS SCM_RIGHTS SOCK_CLOEXEC SOCK_NONBLOCK SO_BINDTODEVICE SO_PASSCRED SO_PEERCRED SO_REUSEPORT TCP_CORK
        recv_fds send_fds sethostname"""),
    "select": _names("EPOLLIN EPOLLOUT PIPE_BUF POLLERR POLLHUP POLLIN POLLNVAL POLLOUT POLLPRI epoll kqueue poll"),
    "time": _names("""CLOCK_BOOTTIME CLOCK_MONOTONIC CLOCK_MONOTONIC_RAW CLOCK_PROCESS_CPUTIME_ID CLOCK_REALTIME CLOCK_TAI
        CLOCK_THREAD_CPUTIME_ID clock_getres clock_gettime clock_gettime_ns clock_settime clock_settime_ns tzset"""),
}  # fmt: skip

_FOR_OTHERS = 0o666


class StandIn(ModuleType):
    """A module as it is on Windows."""

    def __init__(self, real: ModuleType, gone: frozenset[str], **other: Any) -> None:
        super().__init__(real.__name__, real.__doc__)
        self.__dict__.update(_real=real, _gone=gone, **other)

    def __getattr__(self, name: str) -> Any:
        """Whatever else the real one has."""
        if name in self._gone:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        return getattr(self._real, name)


def _open(path: Any, flags: int, mode: int = 0o777) -> int:
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", str(path))
    return os.open(path, flags, mode)


def _fsync(handle: Any) -> None:
    import fcntl

    number = handle if isinstance(handle, int) else handle.fileno()
    if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(9, "Bad file descriptor")
    os.fsync(number)


def _fstat(handle: int) -> os.stat_result:
    found = os.fstat(handle)
    return os.stat_result((found.st_mode | _FOR_OTHERS, *found[1:]))


def _rename(old: Any, new: Any) -> None:
    if os.path.lexists(new):
        raise FileExistsError(17, "File exists", str(new))
    os.rename(old, new)


_LOCK, _UNLOCK = 2, 0


def _locking(handle: int, mode: int, _bytes: int) -> None:
    import fcntl

    fcntl.flock(handle, {_LOCK: fcntl.LOCK_EX | fcntl.LOCK_NB, _UNLOCK: fcntl.LOCK_UN}[mode])


def stand_ins() -> dict[str, ModuleType]:
    """The modules our packages get instead."""
    other: dict[str, dict[str, Any]] = {
        "os": {"name": "nt", "open": _open, "fsync": _fsync, "fstat": _fstat, "rename": _rename},
    }
    found: dict[str, ModuleType] = {
        name: StandIn(importlib.import_module(name), gone, **other.get(name, {})) for name, gone in ONLY_POSIX.items()
    }
    found["sys"] = StandIn(sys, frozenset(), platform="win32")
    found["msvcrt"] = StandIn(os, frozenset(), locking=_locking, LK_NBLCK=_LOCK, LK_UNLCK=_UNLOCK)
    return found


def install() -> None:
    """From now on our packages see Windows; before any of them is imported."""
    early = [name for name in sys.modules if name.partition(".")[0] in PACKAGES]
    assert not early, f"imported too early: {early}"
    real_import, windows = builtins.__import__, stand_ins()

    def import_(name: str, globals: Any = None, *more: Any, **named: Any) -> Any:  # noqa: A002  # as the builtin has it
        importer = (globals or {}).get("__name__", "")
        if importer == "__main__" and (globals or {}).get("__spec__"):
            importer = globals["__spec__"].name  # started by `python -m`
        if importer.partition(".")[0] in PACKAGES:
            if name in MISSING:
                raise ModuleNotFoundError(f"No module named {name!r} on Windows", name=name)
            if name in windows:
                return windows[name]
        return real_import(name, globals, *more, **named)

    builtins.__import__ = import_

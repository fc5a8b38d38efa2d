"""The station's core and the contract call nothing that exists only on POSIX, but where the list says so.

The list is the table in docs/how-to/run-on-windows.md. Two tests hold it: one reads every module's syntax tree,
the other runs a card through a station whose packages do not see those names.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.as_windows import MISSING, ONLY_POSIX, PACKAGES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "run-on-windows.md"
FOLDERS = tuple(ROOT / ("daemon" if name == "ektp_station" else "src") / name for name in PACKAGES)

#: Arguments of `subprocess` and `os` that Windows refuses.
ARGUMENTS = frozenset({"dir_fd", "extra_groups", "pass_fds", "preexec_fn", "process_group", "user", "group", "umask"})
#: Functions that only take them where they start a program or open a file.
TAKING = frozenset({"Popen", "run", "check_call", "check_output", "open", "mkdir", "unlink", "stat", "rename", "link"})
#: Methods of event loops and paths that are not there on Windows, whatever they are called on.
METHODS = frozenset(
    {"add_signal_handler", "create_unix_connection", "create_unix_server", "open_unix_connection", "start_unix_server"}
)
#: Folders of a Unix system; a path below one of them is a string that begins so.
PLACES = ("/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr", "/var")  # noqa: S108  # names of folders, none is used


def posix_uses(source: str) -> Iterator[tuple[int, str]]:
    """Every use of something that only POSIX has, with its line; a guard such as `hasattr(os, "fork")` is none."""
    tree = ast.parse(source)
    modules = {
        one.asname or one.name: one.name
        for node in ast.walk(tree) if isinstance(node, ast.Import)
        for one in node.names
    }  # fmt: skip
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, one.name) for one in names if one.name in MISSING)
            case ast.ImportFrom(module=str(module), names=names):
                gone = ONLY_POSIX.get(module, frozenset())
                yield from ((node.lineno, module) for _ in names[:1] if module in MISSING)
                yield from ((node.lineno, f"{module}.{one.name}") for one in names if one.name in gone)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if attribute in ONLY_POSIX.get(
                modules.get(name, ""), ()
            ):
                yield node.lineno, f"{modules[name]}.{attribute}"
            case ast.Attribute(attr=attribute) if attribute in METHODS:
                yield node.lineno, attribute
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), keywords=keywords) if name in TAKING:
                yield from ((node.lineno, f"{one.arg}=") for one in keywords if one.arg in ARGUMENTS)
            case ast.Constant(value=str(text)) if id(node) not in texts and _is_place(text):
                yield node.lineno, "paths"


def _is_place(text: str) -> bool:
    return any(text == place or text.startswith(f"{place}/") for place in PLACES)


def listed() -> dict[str, frozenset[str]]:
    """The table: modules by their path, and what each uses."""
    rows = [line.split("|") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `") and ".py`" in line]
    found = {row[1].strip().strip("`"): frozenset(row[2].replace("`", " ").replace(",", " ").split()) for row in rows}
    assert all(row[3].strip() for row in rows), "each line says what happens on Windows"
    assert len(found) == len(rows), "a module stands there once"
    return found


def used() -> dict[str, frozenset[str]]:
    """The modules as they are."""
    files = [(file, folder.parent) for folder in FOLDERS for file in sorted(folder.rglob("*.py"))]
    assert len(files) > 300
    found = {
        file.relative_to(root).as_posix(): frozenset(name for _, name in posix_uses(file.read_text("utf-8")))
        for file, root in files
    }
    return {name: names for name, names in found.items() if names}


def test_what_only_posix_has_stands_in_the_list_and_nowhere_else() -> None:
    assert used() == listed()


def test_core_client_data_and_keys_use_nothing_that_only_posix_has() -> None:
    assert [name for name in used() if not name.startswith(("ektp_station/", "ektp_store/"))] == []


@pytest.mark.parametrize("line", [
    "import fcntl", "import os\nos.fork()", "import os\nos.open('x', os.O_DIRECTORY)", "from os import geteuid",
    "import os as system\nsystem.killpg(1, 2)", "import signal\nsignal.SIGKILL", "import os\nos.kill(1, 0)",
    "import socket\nsocket.AF_UNIX", "import select\nselect.poll()", "from pwd import getpwuid", "import os\nos.sync()",
    "where = '/dev/null'", "where = Path('/proc/self')", "where = '/etc'", "loop.add_signal_handler(1, stop)",
    "import subprocess\nsubprocess.run(['x'], preexec_fn=stop)", "import time\ntime.clock_gettime(1)",
    "def f():\n    import resource",
])  # fmt: skip
def test_each_of_them_is_found(line: str) -> None:
    assert len(list(posix_uses(line))) == 1


@pytest.mark.parametrize("line", [
    "'''What /dev/null is for.'''", "import os\nhasattr(os, 'fork')", "import os\ngetattr(os, 'O_NONBLOCK', 0)",
    "where = 'and/or'", "where = '/device'", "self.kill(1)", "import os\nos.getpid()", "group(user=1)", "import msvcrt",
])  # fmt: skip
def test_what_looks_like_it_is_not_taken_for_it(line: str) -> None:
    assert list(posix_uses(line)) == []


def _as_windows(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.processes
def test_a_card_is_printed_by_a_station_that_sees_windows(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        f"import sys\nsys.path.append({str(ROOT)!r})\nfrom tests.architecture import as_windows\nas_windows.install()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.architecture.card_as_windows", str(tmp_path), str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4_000:]
    count, state, code = done.stdout.split()
    assert (int(count) > 300, state, code) == (True, "PRINTED", "0")
    assert "dangerous system calls, limits" in done.stderr, "the driver's process saw Windows too"


@pytest.mark.processes
@pytest.mark.parametrize("line", [
    "import os; os.fork()", "import fcntl", "from pwd import getpwuid", "import signal; signal.SIGKILL",
    "import socket; socket.AF_UNIX", "import os; os.open('.', os.O_RDONLY)", "import sys; assert sys.platform == 'linux'",
    "import os; assert os.name == 'posix'", "import os; os.rename('README.md', 'Makefile')",
])  # fmt: skip
def test_a_module_that_needs_posix_falls_over_there(line: str) -> None:
    plant = "exec(compile(sys.argv[1], 'planted', 'exec'), {'__name__': sys.argv[2]})"
    code = f"import sys; from tests.architecture import as_windows; as_windows.install(); {plant}"
    assert _as_windows(code, line, "ektp_core.planted").returncode == 1
    if "rename" not in line:
        assert _as_windows(code, line, "somebody.else").returncode == 0, "only our packages see Windows"

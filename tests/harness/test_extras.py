"""What the extra `testing` alone can do: everything but the books in files, which need a database."""

import subprocess
import sys

#: As on a machine with `ektp[testing]` and nothing else: no module of another extra can be found.
ALONE = """
import sys

class Missing:
    names = {"apsw", "babel", "click", "cryptography", "httpx", "PIL", "rich", "stamina", "starlette", "structlog", "usb", "uvicorn"}

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""

EVERY_MODULE = """
import importlib, pkgutil, ektp_testing
for module in pkgutil.iter_modules(ektp_testing.__path__):
    # The bridge runs under the system's Python, which has umockdev's bindings; the kit for drivers
    # starts the station's driver processes, and so needs the extra `station` too.
    if module.name in ("umock_bridge", "driver_kit"):
        continue
    importlib.import_module(f"ektp_testing.{module.name}")
"""

ONE_LIFE = """
from ektp_testing import volume
from ektp_testing.mutants import MUTANTS
print(volume.main(["0", "1", "20"]), len(MUTANTS) > 100)
"""


def _alone(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", ALONE + program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_of_the_harness_can_be_imported_without_a_database_or_an_edge() -> None:
    assert not _alone(EVERY_MODULE)


def test_the_volume_run_lives_what_needs_no_database_and_names_what_does() -> None:
    told = _alone(ONE_LIFE)
    assert "ledger in files: left out, it needs ektp[testing,hub]" in told
    assert "ledger in memory: 1 lives, 20 steps" in told
    assert told.endswith("0 True\n")

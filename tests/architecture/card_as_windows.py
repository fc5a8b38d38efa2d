"""One card through a station whose packages see Windows; started as a program by `test_portable`.

The station runs in this process, its driver in one of its own that sees Windows too (`sitecustomize` in the
folder named). The virtual printer is a device: it goes on as it is.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from tests.architecture import as_windows


def every_module() -> int:
    """Import every module of the packages, and count them."""
    count = 0
    for name in as_windows.PACKAGES:
        package = import_module(name)
        for found in walk_packages(package.__path__, f"{name}."):
            if not found.name.endswith("__main__"):
                import_module(found.name)
                count += 1
    return count


def one_card(folder: Path) -> str:
    """The state its record ends in."""
    from ektp_driver_virtual import launch
    from tests.station.station_bench import Line

    printer = launch.start(folder / "printer", "VP-0001", card_ms=60, reboot_ms=50)
    try:
        line = Line(folder, printer, 1)
        try:
            line.open()
            serial = line.judge()
            line.until_absorbed()
            assert printer.truth().cards[serial].printed_good
            code = line.end()
            (state,) = line.hub.locks().values()
            return f"{state} {code}"
        finally:
            line.close()
    finally:
        printer.kill()


if __name__ == "__main__":
    as_windows.install()
    os.environ["PYTHONPATH"] = os.pathsep.join([sys.argv[2], *filter(None, sys.path)])
    print(every_module(), one_card(Path(sys.argv[1])), flush=True)
    os._exit(0)

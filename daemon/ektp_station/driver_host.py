"""The driver's own process (proses driver): one plugin, one device, one pipe.

    python -m ektp_station.driver_host --driver virtual --hint /run/vp1 --serial VP-0001

A vendor's library may hang or end its interpreter; here that costs a process and never the
station. This process loads the driver named, finds the device by its own serial, opens it,
greets, and then carries out calls from standard input until that closes. It gets neither
keys nor database nor network settings. Standard output belongs to the frames alone: what a
library prints goes to standard error.
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import BinaryIO

import msgspec
import pluggy

from ektp_core.boundary.card_printer import CardPrinter, DriverError, DriverLost
from ektp_core.boundary.hookspecs import ENCODERS, ENTRY_POINTS, PROJECT, DriverHooks
from ektp_station.chip_encoder import with_encoder
from ektp_station.confining import confine
from ektp_station.driver_frames import (
    Answer,
    Call,
    failure_of,
    operation,
    pack,
    read_frame,
    unpack,
    unpack_arguments,
    write_frame,
)  # fmt: skip
from ektp_station.driver_heard import discovered
from ektp_station.driver_list import Permit, load
from ektp_station.sandbox import Told

#: How soon this process notices that the station is gone while a call hangs.
FOLLOW_S = 1.0


def build_manager(
    driver: str | None = None, plugins: Iterable[object] = (), encoder: str = "", permits: Iterable[Permit] = ()
) -> pluggy.PluginManager:
    """The plugins installed under `ektp.drivers` (one of them, when named) and those given.

    With `permits` exactly those are loaded, each from its own distribution, and none by its name alone.

    Raises:
        DriverError: what is permitted is not there, or was changed.
        pluggy.PluginValidationError: a plugin has a hook that does not exist, or one with an
            unknown argument.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(DriverHooks)
    permitted = tuple(permits)
    for one in permitted:
        manager.register(load(one), name=f"{one.group}:{one.name}")
    if not permitted:
        manager.load_setuptools_entrypoints(ENTRY_POINTS, name=driver)
    if encoder and not permitted:
        manager.load_setuptools_entrypoints(ENCODERS, name=encoder)
    for plugin in plugins:
        if not manager.is_registered(plugin):
            manager.register(plugin)
    manager.check_pending()
    return manager


def open_device(manager: pluggy.PluginManager, driver: str, hint: str, serial: str) -> CardPrinter:
    """Find the device by its serial and open it.

    Raises:
        DriverLost: it is not there. DriverError: another is there in its place, or it cannot be opened.
    """
    if not manager.get_plugins():
        raise DriverError(f"no driver is called {driver}")
    seen, said = discovered(manager, hint)
    found = [one for one in seen if one.driver == driver and one.serial == serial]
    if not found:
        others = sorted({one.serial for one in seen if one.driver == driver})
        if others:
            raise DriverError(f"another printer is there: {', '.join(others)} and not {serial}")
        raise DriverLost(f"driver {driver} sees no printer {serial}{said and f': {said}'}")
    device: CardPrinter | None = manager.hook.ektp_open_printer(found=found[0])
    if device is None:
        raise DriverError(f"no driver opens {found[0].driver} printers")
    return device


def carry_out(device: CardPrinter, call: Call) -> Answer:
    """Do one call; whatever the driver raises becomes an answer."""
    try:
        known = operation(call.operation)
        arguments = unpack_arguments(known, call.arguments)
        if known.timed:
            arguments += (call.timeout_ms,)
        value = getattr(device, call.operation)(*arguments)
        return Answer(call.number, pack(value))
    except DriverError as error:
        return Answer(call.number, failed=failure_of(error), text=str(error))
    except Exception as error:  # noqa: BLE001  # foreign code: its bug is this device's error
        _complain(call.operation, error)
        text = f"the driver failed in {call.operation} ({type(error).__name__})"
        return Answer(call.number, failed="error", text=text)


def serve(device: CardPrinter, calls: BinaryIO, answers: BinaryIO) -> None:
    """Greet, then answer calls until the station closes the pipe."""
    write_frame(answers, pack(Answer(0)))
    while True:
        try:
            call = unpack(read_frame(calls), Call)
        except DriverLost:
            return
        write_frame(answers, pack(carry_out(device, call)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the process."""
    options = _options(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the station's; the pipe's end is ours
    answers = _own_standard_output()
    if options.box and not _shut_in(options.box, answers):  # before any thread, and any line of a driver
        return 1
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    try:
        permits = [_permit(text) for text in options.permit]
        _read_sources_only(permits)
        plugins = [import_module(name) for name in options.plugin]
        manager = build_manager(options.driver, plugins, options.encoder, permits)
        device = open_device(manager, options.driver, options.hint, options.serial) if options.driver else None
        opened = with_encoder(device, manager, options.encoder, options.encoder_address, options.encoder_script)
    except DriverError as error:
        write_frame(answers, pack(Answer(0, failed=failure_of(error), text=str(error))))
        return 1
    except Exception as error:  # noqa: BLE001  # foreign code again
        _complain("loading", error)
        text = f"driver {options.driver} cannot be loaded ({type(error).__name__})"
        write_frame(answers, pack(Answer(0, failed="error", text=text)))
        return 1
    try:
        serve(opened, sys.stdin.buffer, answers)
    except (BrokenPipeError, DriverError):
        return 1
    finally:
        opened.close()
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="driver_host", description="One card printer's driver.")
    parser.add_argument(
        "--driver", required=True, help="name of the driver (entry point of ektp.drivers); empty: no printer"
    )
    parser.add_argument("--hint", required=True, help="where the driver should look for the device")
    parser.add_argument("--serial", required=True, help="the device's own serial number")
    parser.add_argument("--plugin", action="append", default=[], help="a module to load as a driver too")
    parser.add_argument("--encoder", default="", help="kind of chip reader (entry point of ektp.encoders)")
    parser.add_argument("--encoder-address", default="", help="name of the chip reader")
    parser.add_argument("--encoder-script", default="", help="path of the authority's script")
    parser.add_argument("--permit", action="append", default=[], help="GROUP:NAME:DISTRIBUTION:SHA256 to load")
    parser.add_argument("--box", default="", help="what this process may reach, as JSON")
    return parser.parse_args(arguments)


def _permit(text: str) -> Permit:
    return Permit(*text.split(":"))


def _shut_in(box: str, answers: BinaryIO) -> bool:
    """Shut this process in and say what holds; False where more is required."""
    told = msgspec.json.decode(box, type=Told)
    held = confine(told)
    if told.is_required and held.missing:
        text = f"the driver is not started: its sandbox is {held.in_words}, and station.toml requires a whole one"
        write_frame(answers, pack(Answer(0, failed="error", text=text)))
        return False
    write_frame(answers, pack(Answer(0, pack(held))))
    return True


def _read_sources_only(permits: Iterable[Permit]) -> None:
    """A foreign driver's compiled files are not covered by its digest: they are not read, and none are written."""
    if any(one.sha256 for one in permits):
        sys.dont_write_bytecode = True
        sys.pycache_prefix = os.path.join(os.devnull, "none")  # where nobody can ever put a file


def _follow(parent: int) -> None:
    """End when the station is gone: a call that hangs would hold the device against the next one."""
    while os.getppid() == parent:
        time.sleep(FOLLOW_S)
    os._exit(1)


def _own_standard_output() -> BinaryIO:
    """Keep standard output for frames, and send everybody else's prints to standard error."""
    kept = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(kept, "wb")


def _complain(where: str, error: Exception) -> None:
    """Say on standard error where foreign code failed, but not with which values."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
    sys.stderr.write(f"driver failed in {where}: {type(error).__name__} at {place}\n")


if __name__ == "__main__":
    sys.exit(main())

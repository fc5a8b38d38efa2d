"""What the pipe to a driver's process carries, and which driver in it is asked."""

import io
from collections.abc import Callable
from types import ModuleType

import pluggy
import pytest

from ektp_core.boundary.card_printer import Bin, CardPrinter, DriverError, DriverLost, Found
from ektp_core.boundary.hookspecs import hookimpl
from ektp_station import driver_host
from ektp_station.driver_frames import (
    LIMIT_BYTES,
    Answer,
    Call,
    operation,
    pack,
    read_frame,
    unpack,
    unpack_arguments,
    write_frame,
)
from ektp_station.driver_link import RemotePrinter

# -- the hooks --------------------------------------------------------------------------


def module(name: str, hooks: dict[str, Callable[..., object]]) -> ModuleType:
    made = ModuleType(name)
    for called, hook in hooks.items():
        setattr(made, called, hookimpl(hook))
    return made


def test_all_drivers_are_asked_and_the_one_with_the_serial_is_opened() -> None:
    first = module("first", {"ektp_discover_printers": lambda hint: [Found("a", hint, "1")]})
    other = module(
        "other",
        {
            "ektp_discover_printers": lambda hint: [Found("b", hint, "1"), Found("b", hint, "2")],
            "ektp_open_printer": lambda found: ("opened", found),
        },
    )
    manager = driver_host.build_manager("none", [first, other])
    device: object = driver_host.open_device(manager, "b", "port", "2")
    assert device == ("opened", Found("b", "port", "2"))


def test_a_device_no_driver_opens_is_an_error() -> None:
    finds = module("finds", {"ektp_discover_printers": lambda hint: [Found("a", hint, "1")]})
    manager = driver_host.build_manager("none", [finds])
    with pytest.raises(DriverError, match="no driver opens"):
        driver_host.open_device(manager, "a", "port", "1")


def test_a_plugin_given_twice_is_one_plugin() -> None:
    once = module("once", {"ektp_discover_printers": lambda hint: []})
    assert len(driver_host.build_manager("none", [once, once]).get_plugins()) == 1


@pytest.mark.parametrize(
    "hooks", [{"ektp_discover_printer": lambda hint: []}, {"ektp_open_printer": lambda device: None}]
)
def test_a_misspelt_hook_or_argument_is_found_at_start(hooks: dict[str, Callable[..., object]]) -> None:
    with pytest.raises(pluggy.PluginValidationError):
        driver_host.build_manager("none", [module("wrong", hooks)])


# -- frames -----------------------------------------------------------------------------


def test_every_operation_of_a_card_printer_can_be_called_by_name() -> None:
    names = [name for name in vars(CardPrinter) if not name.startswith("_")]
    assert len(names) == 22
    assert [operation(name).name for name in names] == names
    assert [name for name in names if not operation(name).timed] == ["close"]
    assert all(callable(getattr(RemotePrinter, name)) for name in names)


@pytest.mark.parametrize("name", ["", "__init__", "_is_protocol", "print", "mark "])
def test_no_other_name_is_an_operation(name: str) -> None:
    with pytest.raises(DriverError, match="no such operation"):
        operation(name)


def test_arguments_of_another_number_or_kind_are_refused() -> None:
    for arguments in ((), (1,), (Bin.OUTPUT, Bin.OUTPUT), None):
        with pytest.raises(DriverError):
            unpack_arguments(operation("deliver"), pack(arguments))


def test_frames_end_with_the_pipe_and_have_a_limit() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, b"abc")
    assert read_frame(io.BytesIO(pipe.getvalue())) == b"abc"
    for data in (b"", pipe.getvalue()[:2], pipe.getvalue()[:-1]):
        with pytest.raises(DriverLost):
            read_frame(io.BytesIO(data))
    with pytest.raises(DriverError, match="at most"):
        read_frame(io.BytesIO((LIMIT_BYTES + 1).to_bytes(4, "big")))


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", b"\x91" * 100_000, b"\x81\xa6number\xcf" + b"\xff" * 8])
def test_misshapen_calls_are_driver_errors(data: bytes) -> None:
    with pytest.raises(DriverError, match="another shape"):
        unpack(data, Call)


def test_a_call_is_answered_under_its_number() -> None:
    class Dummy:
        def read_uid(self, timeout_ms: int) -> str:
            return f"{timeout_ms:04x}"

    call = Call(9, "read_uid", pack(()), 10)
    assert driver_host.carry_out(Dummy(), call) == Answer(9, pack("000a"))  # type: ignore[arg-type]  # one method is enough here

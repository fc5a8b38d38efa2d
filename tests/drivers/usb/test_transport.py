"""Finding and opening: by serial, without a reset, and letting go whatever happens."""

import pytest
import usb.core

from ektp_core.boundary.card_printer import DriverError, DriverLost
from ektp_usb.bus import Endpoint, Interface, printer_interface
from ektp_usb.quirks import Quirk
from ektp_usb.software_bus import SoftwareBus
from ektp_usb.transport import find, open_line
from ektp_usb.troubles import DeviceAbsent, LineBusy, NotPermitted
from tests.drivers.usb.toy import PRODUCT, VENDOR, anything, plugged

MS = 2000
SCANNER = Interface(0, 6, 1, 1, (Endpoint(0x81), Endpoint(0x02)))


@pytest.fixture
def bus() -> SoftwareBus:
    return SoftwareBus()


def test_a_printer_is_found_with_its_serial_make_model_and_place(bus: SoftwareBus) -> None:
    plugged(bus, "T-7", "1-4.2")
    (seen,) = find(anything, bus)
    assert (seen.vendor, seen.product) == (VENDOR, PRODUCT)
    assert (seen.serial, seen.port, seen.make, seen.model, seen.note) == ("T-7", "1-4.2", "Toy", "Card One", "")


def test_what_is_no_printer_is_not_found(bus: SoftwareBus) -> None:
    plugged(bus, "S-1", "1-1", SCANNER)
    plugged(bus, "I-1", "1-2", Interface(0, 7, 1, 4, (Endpoint(1), Endpoint(0x81))))  # IPP over USB, another program's
    assert find(anything, bus) == ()


def test_only_what_is_wanted_is_found(bus: SoftwareBus) -> None:
    plugged(bus, "A", "1-1")
    plugged(bus, "B", "1-2")
    assert [seen.serial for seen in find(lambda seen: seen.serial == "B", bus)] == ["B"]


def test_two_of_one_model_are_told_apart_by_serial_alone(bus: SoftwareBus) -> None:
    first, _ = plugged(bus, "A", "1-1")
    second, _ = plugged(bus, "B", "1-2")
    line = open_line("B", anything, bus)
    line.write(b"to B", MS)
    assert (bytes(first.taken), bytes(second.taken)) == (b"", b"to B")


def test_a_printer_keeps_its_name_when_it_is_plugged_in_elsewhere(bus: SoftwareBus) -> None:
    _, one = plugged(bus, "A", "1-1")
    bus.unplug(one)
    plugged(bus, "B", "1-1")  # another one stands in its place now
    toy, _ = plugged(bus, "A", "2-3.1")
    open_line("A", anything, bus).write(b"here", MS)
    assert bytes(toy.taken) == b"here"


def test_a_serial_that_two_printers_claim_opens_neither(bus: SoftwareBus) -> None:
    _, one = plugged(bus, "A", "1-1")
    _, two = plugged(bus, "A", "1-2")
    with pytest.raises(DriverError, match="2 USB printers"):
        open_line("A", anything, bus)
    assert not one.claimed_by and not two.claimed_by


def test_a_serial_nobody_has_is_absent(bus: SoftwareBus) -> None:
    plugged(bus, "A")
    with pytest.raises(DeviceAbsent):
        open_line("B", anything, bus)


def test_a_serial_that_cannot_be_read_is_empty_and_says_why(bus: SoftwareBus) -> None:
    plugged(bus, None)
    (seen,) = find(anything, bus)
    assert seen.serial == ""
    assert "declined" in seen.note


def test_a_device_without_a_serial_has_none_and_nothing_is_wrong_with_it(bus: SoftwareBus) -> None:
    plugged(bus, "")
    (seen,) = find(anything, bus)
    assert (seen.serial, seen.note, seen.make) == ("", "", "Toy")


def test_a_serial_known_to_be_of_no_use_is_not_asked_for(bus: SoftwareBus) -> None:
    plugged(bus, "0000000000")
    (seen,) = find(anything, bus, (Quirk(VENDOR, None, "test", broken_serial=True),))
    assert seen.serial == ""


def test_signs_that_cannot_be_printed_are_no_part_of_a_serial(bus: SoftwareBus) -> None:
    plugged(bus, " T\x00-1\x07 ")
    assert find(anything, bus)[0].serial == "T-1"


def test_no_permission_is_told_in_words_with_the_rule_that_gives_it(bus: SoftwareBus) -> None:
    plugged(bus, "A", permitted=False)
    (seen,) = find(anything, bus)
    assert seen.serial == "" and "udev" in seen.note
    with pytest.raises(NotPermitted, match="udev rule"):
        open_line("", anything, bus)


def test_opening_neither_resets_nor_configures_what_is_configured(bus: SoftwareBus) -> None:
    _, one = plugged(bus)
    open_line("T-1", anything, bus).close()
    assert (one.resets, one.configured, one.alternates) == (0, 0, {})


def test_a_device_without_a_configuration_gets_one(bus: SoftwareBus) -> None:
    toy, one = plugged(bus)
    one.configuration = 0
    open_line("T-1", anything, bus).write(b"x", MS)
    assert (one.configured, one.configuration, bytes(toy.taken)) == (1, 1, b"x")


def test_a_configuration_that_cannot_be_asked_for_is_not_set(bus: SoftwareBus, monkeypatch: pytest.MonkeyPatch) -> None:
    _, one = plugged(bus)

    def fail(_device: object) -> object:
        raise usb.core.USBError("Pipe error", -9, 32)

    monkeypatch.setattr(usb.core.Device, "get_active_configuration", fail)
    with pytest.raises(DriverError, match="configuration"):
        open_line("T-1", anything, bus)
    assert one.configured == 0


def test_the_systems_driver_is_detached_and_gets_the_interface_back(bus: SoftwareBus) -> None:
    _, one = plugged(bus, kernel_driver=True)
    line = open_line("T-1", anything, bus)
    assert (one.kernel_driver, set(one.claimed_by)) == (False, {0})
    line.close()
    assert (one.kernel_driver, set(one.claimed_by)) == (True, set())


def test_what_was_not_bound_is_not_attached(bus: SoftwareBus) -> None:
    _, one = plugged(bus)
    open_line("T-1", anything, bus).close()
    assert not one.kernel_driver


def test_a_device_that_cannot_bear_the_systems_driver_does_not_get_it_back(bus: SoftwareBus) -> None:
    _, one = plugged(bus, kernel_driver=True)
    open_line("T-1", anything, bus, (Quirk(VENDOR, PRODUCT, "test", no_reattach=True),)).close()
    assert not one.kernel_driver


def test_a_claimed_printer_is_busy_and_stays_with_whom_it_is(bus: SoftwareBus) -> None:
    _, one = plugged(bus)
    first = open_line("T-1", anything, bus)
    with pytest.raises(LineBusy):
        open_line("T-1", anything, bus)
    owner = dict(one.claimed_by)
    first.write(b"still mine", MS)
    assert owner == one.claimed_by


def test_a_failed_opening_gives_the_interface_back_to_the_system(bus: SoftwareBus, monkeypatch: pytest.MonkeyPatch) -> None:
    _, one = plugged(bus, kernel_driver=True)

    def refuse(*_arguments: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(SoftwareBus, "claim", refuse)
    with pytest.raises(DriverError):
        open_line("T-1", anything, bus)
    assert one.kernel_driver


def test_the_endpoints_are_those_of_the_descriptor(bus: SoftwareBus) -> None:
    toy, _ = plugged(bus, "T-1", "1-1", printer_interface(0x03, 0x85))
    line = open_line("T-1", anything, bus)
    line.write(b"who?\r", MS)
    assert line.read(MS) == b"heard who?\r"
    assert bytes(toy.taken) == b"who?\r"


def test_an_alternate_setting_is_chosen_only_where_there_is_a_choice(bus: SoftwareBus) -> None:
    one_way = Interface(1, 7, 1, 1, (Endpoint(1),), alternate=0)
    both_ways = Interface(1, 7, 1, 2, (Endpoint(1), Endpoint(0x81)), alternate=2)
    _, one = plugged(bus, "T-1", "1-1", SCANNER, one_way, both_ways)
    line = open_line("T-1", anything, bus)
    assert one.alternates == {1: 2}
    assert set(one.claimed_by) == {1}
    assert line.can_read


def test_a_one_way_printer_cannot_be_read_and_says_so(bus: SoftwareBus) -> None:
    toy, _ = plugged(bus, "T-1", "1-1", printer_interface(inward=None))
    line = open_line("T-1", anything, bus)
    line.write(b"x", MS)
    assert bytes(toy.taken) == b"x"
    with pytest.raises(DriverError, match="no way back"):
        line.read(MS)


def test_a_printer_marked_unidirectional_is_not_read(bus: SoftwareBus) -> None:
    plugged(bus)
    line = open_line("T-1", anything, bus, (Quirk(VENDOR, None, "test", unidirectional=True),))
    assert not line.can_read
    with pytest.raises(DriverError, match="no way back"):
        line.read(MS)


def test_a_replugged_printer_leaves_the_old_line_dead_and_opens_again_by_serial(bus: SoftwareBus) -> None:
    _, one = plugged(bus)
    old = open_line("T-1", anything, bus)
    bus.unplug(one)
    toy, again = plugged(bus, "T-1", "1-1")
    for _ in range(2):
        with pytest.raises(DriverLost):
            old.write(b"x", MS)
    old.close()
    open_line("T-1", anything, bus).write(b"new", MS)
    assert bytes(toy.taken) == b"new"
    assert again.device.address != one.device.address


def test_thirty_three_replugs_leave_nothing_held(bus: SoftwareBus) -> None:
    for number in range(33):
        toy, one = plugged(bus, kernel_driver=True)
        line = open_line("T-1", anything, bus)
        line.write(b"%d" % number, MS)
        bus.unplug(one)
        with pytest.raises(DriverLost):
            line.read(MS)
        line.close()
        assert bytes(toy.taken) == b"%d" % number
    assert find(anything, bus) == ()


def test_closing_twice_is_once_and_a_closed_line_is_lost(bus: SoftwareBus) -> None:
    plugged(bus)
    line = open_line("T-1", anything, bus)
    line.close()
    line.close()
    for call in (lambda: line.write(b"x", MS), lambda: line.read(MS), lambda: line.port_status(MS)):
        with pytest.raises(DriverLost, match="closed"):
            call()

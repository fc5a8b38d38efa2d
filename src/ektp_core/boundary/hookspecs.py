"""The hooks a driver plugin implements (pluggy; entry-point group `ektp.drivers`).

Hooks only report and open; behaviour lives in the `CardPrinter` protocol. A driver runs in
a process of its own and gets neither keys nor database nor network settings.
"""

import pluggy

from ektp_core.boundary.card_printer import CardPrinter, Found

PROJECT = "ektp"
ENTRY_POINTS = "ektp.drivers"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class DriverHooks:
    """The specifications; a plugin implements them as functions or methods of these names."""

    @hookspec
    def ektp_discover_printers(self, hint: str) -> list[Found]:  # type: ignore[empty-body]  # a specification has no body
        """Name the devices this driver can see.

        When: at start of a driver process, and when a device was lost.
        Returns: one `Found` each, named by the device's own serial; empty when none is there.
            `hint` is the address from the station's configuration; a driver that scans a bus
            may ignore it.
        Raises: nothing; a device that does not answer is not there.
        Order: all drivers are asked; the station picks by serial.
        Example: `[Found("virtual", "/run/printer.sock", "VP-0001")]`
        """

    @hookspec(firstresult=True)
    def ektp_open_printer(self, found: Found) -> CardPrinter | None:
        """Open one device that this driver found.

        When: once per driver process, after discovery.
        Returns: the open device, or None when `found.driver` is not this driver's name.
        Raises: `DriverError` when the device is there but cannot be opened.
        Order: the first driver that answers wins; names are unique.
        Example: `VirtualPrinter(found) if found.driver == "virtual" else None`
        """

"""The hooks a driver plugin implements (pluggy; entry-point group `ektp.drivers`).

Hooks only report and open; behaviour lives in the `CardPrinter` protocol. A driver runs in
a process of its own and gets neither keys nor database nor network settings.
"""

import pluggy

from ektp_core.boundary.card_printer import CardPrinter, Found
from ektp_core.boundary.chip_encoder import ChipEncoder

PROJECT = "ektp"
ENTRY_POINTS = "ektp.drivers"
ENCODERS = "ektp.encoders"

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
        Raises: nothing; a device that does not answer is not there. Why it is not may be said on standard
            error, in one line: people read the last one where the device they meant is missing.
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

    @hookspec(firstresult=True)
    def ektp_open_encoder(self, kind: str, address: str, script: str) -> ChipEncoder | None:
        """Open a chip reader that stands beside or inside a printer (entry-point group `ektp.encoders`).

        When: once per driver process, after the printer was opened, where `encoder` is set for it.
        Returns: the encoder, or None when `kind` is not this plugin's name. `address` names the
            reader exactly; `script` is the path of the authority's script.
        Raises: `DriverError` when the script is refused, naming its line and never quoting it.
        Order: the first plugin that answers wins; names are unique.
        Example: `PcscEncoder(address, script) if kind == "pcsc" else None`
        """

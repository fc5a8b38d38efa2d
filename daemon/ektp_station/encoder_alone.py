"""A chip reader asked without its printer (penulis chip sendiri): for people who set it up, and for checks.

It runs as it does beside its printer: in a process of its own, shut in as station.toml wants it, and only
if it comes with the station or people allowed it. The printer is not touched, so a running station goes on.
Nothing is written to a card.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ektp_core.boundary.hookspecs import ENCODERS
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.driver_link import DriverLink, RemotePrinter
from ektp_station.driver_list import permit


@contextmanager
def encoder_alone(one: PrinterConfig, config: StationConfig, folder: Path) -> Iterator[RemotePrinter]:
    """The reader of a printer, which answers `identify` and `read_uid` (see `chip_encoder.EncoderAlone`).

    Raises:
        DriverError: it is not installed, not allowed or was changed; its script is refused; the library for it
            is missing; the reader is not there.
    """
    permitted = permit(ENCODERS, one.encoder, config.drivers)
    link = DriverLink(
        "", "", one.encoder_address, starts=False, encoder=one.encoder_at, sandbox=config.sandbox, folder=folder,
        permits=(permitted,), tells=False,
    )  # fmt: skip
    try:
        link.restart()
        yield RemotePrinter(link)
    finally:
        link.close()

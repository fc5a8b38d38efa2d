"""Whether the chips of a printer's cards can be written (pemeriksaan penulis chip): by which reader and script.

The reader is asked for its name, without its printer and without touching a card; what cannot be opened here
the station cannot open either. The script is the authority's own; here it has a digest, which people compare
with the paper it came with.
"""

from collections.abc import Iterator
from pathlib import Path

from ektp_core.boundary.card_printer import DriverError
from ektp_core.boundary.hookspecs import ENCODERS
from ektp_core.errors import Fact
from ektp_station.checks import Finding, Mark
from ektp_station.config import PrinterConfig, StationConfig
from ektp_station.driver_list import names_of
from ektp_station.encoder_alone import encoder_alone

_WAIT_MS = 5_000


def chip_findings(one: PrinterConfig, config: StationConfig, folder: Path) -> Iterator[Finding]:
    """What there is to know of a printer's chip reader, the first that is wrong; nothing where it has none."""
    encoder = one.encoder_at
    if not encoder.kind:
        return
    facts: dict[str, Fact] = {"printer": one.name, "reader": encoder.address, "encoder": encoder.kind}
    if encoder.kind not in names_of(ENCODERS):
        do = "Install it, or correct encoder in station.toml."
        yield Finding(Mark.STOP, "chip", "There is no chip encoder {encoder} for {printer}.", do, facts)
        return
    digest = encoder.script_digest()
    if not digest:
        do = "Look at encoder_script in station.toml and at the permissions of that file."
        yield Finding(Mark.STOP, "chip", "The chip script of {printer} cannot be read.", do, facts)
        return
    try:
        with encoder_alone(one, config, folder) as alone:
            told = alone.identify(_WAIT_MS)
    except DriverError as error:
        do = "Put that right, and look again with `ektp station chip`."
        facts |= {"why": str(error)}
        yield Finding(Mark.STOP, "chip", "The chips of {printer} cannot be written: {why}", do, facts)
        return
    if told.firmware != digest:
        do = "Run this check again; somebody may be changing the script."
        yield Finding(Mark.STOP, "chip", "The chip script of {printer} was read with another digest.", do, facts)
        return
    facts |= {"reader": told.serial, "digest": digest}
    yield Finding(Mark.WELL, "chip", "{printer}: chips at {reader}, by the script with digest {digest}.", facts=facts)

"""Whether the chips of a printer's cards can be written (pemeriksaan penulis chip): by which reader and script.

The script is the authority's own; here it has a digest, which people compare with the paper it came with.
"""

from collections.abc import Iterator
from importlib.metadata import entry_points

from ektp_core.boundary.hookspecs import ENCODERS
from ektp_core.errors import Fact
from ektp_station.checks import Finding, Mark
from ektp_station.config import PrinterConfig


def chip_findings(one: PrinterConfig) -> Iterator[Finding]:
    """What is known of a printer's chip reader without opening it; nothing where it has none."""
    encoder = one.encoder_at
    if not encoder.kind:
        return
    facts: dict[str, Fact] = {"printer": one.name, "reader": encoder.address, "encoder": encoder.kind}
    if encoder.kind not in {found.name for found in entry_points(group=ENCODERS)}:
        do = "Install it, or correct encoder in station.toml."
        yield Finding(Mark.STOP, "chip", "There is no chip encoder {encoder} for {printer}.", do, facts)
    digest = encoder.script_digest()
    if not digest:
        do = "Look at encoder_script in station.toml and at the permissions of that file."
        yield Finding(Mark.STOP, "chip", "The chip script of {printer} cannot be read.", do, facts)
        return
    facts |= {"digest": digest}
    yield Finding(Mark.WELL, "chip", "{printer}: chips at {reader}, by the script with digest {digest}.", facts=facts)

"""The hook of the PC/SC encoder (kait plugin)."""

from ektp_core.boundary.hookspecs import hookimpl
from ektp_encoder_pcsc.encoder import NAME, PcscEncoder
from ektp_encoder_pcsc.reader import PcscReader
from ektp_encoder_pcsc.reading import read_script_file


@hookimpl
def ektp_open_encoder(kind: str, address: str, script: str) -> PcscEncoder | None:
    """Read the script and open the reader, if this kind is meant."""
    return PcscEncoder(PcscReader(address), read_script_file(script)) if kind == NAME else None

"""How the id of an ask is kept (nomor permintaan): a UUID as its 16 bytes, any other text as it is.

Most asks carry a UUID, and its text is twice as long as what it says. Only the text that the
bytes give back is shortened, so that no two ids are ever kept alike.

>>> stored_id("0193f9a0-1c2d-7abc-8def-0123456789ab").hex()
'0193f9a01c2d7abc8def0123456789ab'
>>> stored_id("auto/5203-000001/1"), asked_id(stored_id("0193F9A0-1C2D-7ABC-8DEF-0123456789AB"))
('auto/5203-000001/1', '0193F9A0-1C2D-7ABC-8DEF-0123456789AB')
"""

import re

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def stored_id(ask_id: str) -> bytes | str:
    """The id as the book keeps it."""
    return bytes.fromhex(ask_id.replace("-", "")) if _UUID.fullmatch(ask_id) else ask_id


def asked_id(stored: bytes | str) -> str:
    """The id as it was asked; bytes that are no UUID are shown in hexadecimal."""
    if isinstance(stored, str):
        return stored
    plain = stored.hex()
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"

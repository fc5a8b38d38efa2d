r"""The IEEE 1284 device id (kartu nama pencetak): a length and `KEY:value;` fields, as pure functions.

Devices are careless with it, so reading tolerates what is known of them: a length in the
other byte order, one that leaves out its own two bytes, an answer shorter than its length
(seen on a real Linux stack), NULs, missing last semicolon, keys in any case and under their
long or short names. What is not a device id at all raises `DriverError`, and nothing else
is ever raised.

>>> parse(b"\x00\x1cMFG:Evolis;MDL:Primacy;SN:1").model
'Primacy'
"""

from attrs import frozen

from ektp_core.boundary.card_printer import DriverError

_LENGTH_BYTES = 2
_LONGEST = 0xFFFF

_MAKE = ("MFG", "MANUFACTURER")
_MODEL = ("MDL", "MODEL")
_SERIAL = ("SN", "SERN", "SERIALNUMBER", "SER")


@frozen
class DeviceId:
    """What a device says of itself.

    Attributes:
        fields: keys in capitals and values, in the order sent; a key may come twice.
        truncated: fewer bytes came than the device announced; the last field may be cut.
    """

    fields: tuple[tuple[str, str], ...]
    truncated: bool = False

    def value(self, *names: str) -> str:
        """The first value under any of these keys; "" if there is none."""
        return next((value for key, value in self.fields if key in names), "")

    @property
    def make(self) -> str:
        """Who made it."""
        return self.value(*_MAKE)

    @property
    def model(self) -> str:
        """What it is."""
        return self.value(*_MODEL)

    @property
    def serial(self) -> str:
        """Its serial number, which many devices leave out."""
        return self.value(*_SERIAL)

    @property
    def text(self) -> str:
        """All fields as one line."""
        return "".join(f"{key}:{value};" for key, value in self.fields)


def parse(data: bytes) -> DeviceId:
    """Read the answer to GET_DEVICE_ID, length included.

    Raises:
        DriverError: there is no field in it. The text never quotes the bytes.
    """
    body, truncated = _body(data)
    text = "".join(chr(byte) if byte >= ord(" ") else "" for byte in body)  # NULs and line ends are no part of it
    fields = tuple(_field(part) for part in text.split(";") if _is_field(part))
    if not fields:
        raise DriverError(f"the device's id has no field in its {len(data)} bytes")
    return DeviceId(fields, truncated)


def write(device_id: DeviceId, *, little_endian: bool = False) -> bytes:
    """Make the answer to GET_DEVICE_ID (models need it).

    Raises:
        DriverError: a key or value holds a sign that separates fields, or it is too long.
    """
    for key, value in device_id.fields:
        if not _is_clean(key, ";:") or not _is_clean(value, ";") or key != key.upper() or not key:
            raise DriverError("a field of the device's id holds what cannot stand in it")
    body = device_id.text.encode("latin-1")
    length = len(body) + _LENGTH_BYTES
    if length > _LONGEST:
        raise DriverError(f"the device's id has {length} bytes; at most {_LONGEST} fit")
    return length.to_bytes(_LENGTH_BYTES, "little" if little_endian else "big") + body


def _body(data: bytes) -> tuple[bytes, bool]:
    if len(data) <= _LENGTH_BYTES:
        raise DriverError(f"the device's id has {len(data)} bytes; a length and fields were expected")
    big = int.from_bytes(data[:_LENGTH_BYTES], "big")
    little = int.from_bytes(data[:_LENGTH_BYTES], "little")
    here = len(data)
    if here in {big, little, big + _LENGTH_BYTES, little + _LENGTH_BYTES}:
        return data[_LENGTH_BYTES:], False
    # Padding behind the id is cut where the standard's byte order allows it; else all that came is read.
    if _LENGTH_BYTES < big < here:
        return data[_LENGTH_BYTES:big], False
    if _LENGTH_BYTES < little < here and big > here:
        return data[_LENGTH_BYTES:little], False
    return data[_LENGTH_BYTES:], big > here


def _is_field(part: str) -> bool:
    key, colon, _value = part.partition(":")
    return bool(colon and key.strip())


def _field(part: str) -> tuple[str, str]:
    key, _colon, value = part.partition(":")
    return key.strip().upper(), value.strip()


def _is_clean(text: str, separators: str) -> bool:
    return text == text.strip() and all(" " <= sign <= "\xff" and sign not in separators for sign in text)

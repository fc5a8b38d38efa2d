"""A printer as it was seen on the bus (pencetak terlihat)."""

from attrs import frozen


@frozen
class Seen:
    """A printer on the bus.

    Attributes:
        serial: its serial number; "" when it has none or did not tell.
        port: bus and ports, "1-4.2", for people only.
        note: why its serial is not known, in words; "" if all is well.
    """

    vendor: int
    product: int
    serial: str
    port: str
    make: str = ""
    model: str = ""
    note: str = ""

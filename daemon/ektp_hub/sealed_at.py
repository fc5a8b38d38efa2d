"""When a position of the book was sealed (waktu segel): what the door adds to a spoilage report (rules 24, 27).

A report is made out as at a position in the log. How old that is, only the seals say; the office
need not be believed. The cost is the commits since, which the check of the report walks too.
"""

from ektp_core.boundary.store import Store
from ektp_core.wire.chain import read_header


def sealed_at(store: Store, seq: int) -> int:
    """When the commit that holds event `seq` was sealed (milliseconds UTC); 0 for an event that is not there."""
    position = store.position()
    last, n = position.seq, position.n
    while n and 0 < seq <= last:
        header = read_header(store.sealed_since(n - 1, 1)[0].header)
        if seq > last - header.count:
            return header.at_ms
        last -= header.count
        n -= 1
    return 0

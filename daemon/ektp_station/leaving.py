"""A packed book forgets its people when it goes on elsewhere (pengosongan buku lama), rule 40.

What is packed carries the personal data of the cards still to be printed, and its file may be lost before
anybody opened it: so the old copy keeps its own until the hub says, signed, that it has taken a commit which
this copy does not hold. Then the book has arrived, and everything here goes.
"""

from ektp_core.boundary.store import Store
from ektp_core.flow.rows import BookPlace, Record
from ektp_station.erasing import label_digest
from ektp_station.messages import HubHeard

#: The note that nobody's data is here any more.
LEFT = "left"


def forget_all(store: Store, station: str, heard: HubHeard) -> bool:
    """Destroy the keys of all personal data, if this book was packed and goes on elsewhere; whether it does.

    Raises:
        StoreError: the book itself. Refused: BOOK_FULL.
    """
    with store.read() as view:
        place = view.row(BookPlace, station)
        if place is None or not place.is_packed or heard.chain_n <= view.position.n or heard.is_ours:
            return False
        payloads = [] if store.link(LEFT) else [one.payload for one in view.rows(Record)]
    for digest in payloads:
        store.erase(digest)
        store.erase(label_digest(digest))
    if not store.link(LEFT):
        store.set_link(LEFT, b"1")
    return True

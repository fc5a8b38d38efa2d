"""How far a printer's count of fed cards is explained (hitungan pengumpan): one card, one count.

A card that was begun explains one feed of its printer and never more, whatever the device shows
when it ends: a second card fed with it, or cards fed by somebody else meanwhile, stay unexplained,
and the next start is refused until two people say where those cards are (rule 11). A device
that showed no count at the start explains nothing, and so does a count that went backwards.
"""


def explained_after(begun: int, seen: int, explained: int) -> int:
    """What is explained once a card that began at `begun` shows `seen`; -1 where the device cannot tell.

    >>> explained_after(4, 5, 4), explained_after(4, 4, 4), explained_after(4, 6, 4)
    (5, 4, 5)
    >>> explained_after(4, -1, 4), explained_after(-1, 9, 4), explained_after(4, 0, 4)
    (4, 4, 4)
    """
    if begun < 0 or seen < begun:
        return explained
    return min(seen, begun + 1)

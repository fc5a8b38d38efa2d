"""What each kind of ask does (jenis permintaan), in one sentence: a message id like any other.

The sentence is the first line of the docstring of the ask's own type, so that programmers and
officers read the same, and no kind can be without one.

>>> about("withdraw-request")
'Take a request back that was not answered yet.'
"""

from ektp_core.wire.asks import KINDS


def about(kind: str) -> str:
    """What an ask of this kind does, in one sentence.

    Raises:
        KeyError: no ask is called so.
    """
    return (KINDS[kind].__doc__ or "").strip().split("\n")[0]

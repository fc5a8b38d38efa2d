"""A release by telephone as it is typed at the centre (pelepasan lewat telepon): rule 19.

The edge checks the code; what is decided afterwards names the station's key beside the officer's.
"""

from attrs import field, frozen


@frozen
class ReleaseByCode:
    """Accept the code that a station read out for an authorisation it will not use."""

    station: str
    record: str
    n: int
    code: str = field(repr=False)

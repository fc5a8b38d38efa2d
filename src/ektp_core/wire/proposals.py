"""A district's list as it is sent (usulan kecamatan): a NIK and a reason a line; the hub's door keeps no NIK."""

from attrs import field, frozen


@frozen
class ProposalLine:
    """One person the district wants printed first, and why."""

    nik: str = field(repr=False)
    why: str = ""


@frozen
class ProposalList:
    """Ask an office to print these people first; it answers line by line."""

    proposal: str
    office: str
    lines: tuple[ProposalLine, ...] = field(repr=False)

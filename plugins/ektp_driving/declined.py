"""A print spooler's no (penolakan spooler): it was asked, and answered that it does not do it.

So nothing was done, which an error of the line never says. Each carries the spooler's own words.
"""

from ektp_core.boundary.card_printer import DriverError


class Declined(DriverError):
    """The spooler answered that it does not do it."""


class NotAllowed(Declined):
    """This account may not do it."""


class NotThere(Declined):
    """There is no such queue or job."""

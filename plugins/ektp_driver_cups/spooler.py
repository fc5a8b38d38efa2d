"""One line to a print spooler (sambungan ke spooler): IPP over its unix socket, one question, one answer.

The bytes of IPP are `ippx`'s matter, HTTP is `httpcore`'s, and each byte that comes or goes is
held to the deadline by `socket_line`. Nothing is asked twice. What the spooler declines comes
back with the name of what was asked and its own words; what it means for a card is not known
here. On the socket the spooler knows by itself who asks (`PeerCred`), so no password stands anywhere.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import IntEnum
from itertools import count
from typing import Any

import httpcore
from attrs import define, field
from ippx import Attribute, IppDecodeError, IppMessage, Tag, decode, encode

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driver_cups.hint import Hint
from ektp_driver_cups.socket_line import LongAnswer, SocketLines
from ektp_driving.deadline import Deadline
from ektp_driving.declined import Declined, NotAllowed, NotThere

Attributes = Mapping[str, tuple[Any, ...]]
_VERSION = (2, 0)
_BAD_FROM = 0x0100
_NOT_ALLOWED = frozenset({0x0401, 0x0402, 0x0403})
_NOT_FOUND = frozenset({0x0406, 0x0407})
_WORDS = 160


class Ask(IntEnum):
    """What a spooler is asked to do, by its number in IPP."""

    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB = 0x0009
    GET_JOBS = 0x000A
    GET_QUEUE = 0x000B
    RELEASE_JOB = 0x000D
    PAUSE_QUEUE = 0x0010
    RESUME_QUEUE = 0x0011
    CHANGE_QUEUE = 0x4003


_AT_ADMIN = frozenset({Ask.PAUSE_QUEUE, Ask.RESUME_QUEUE, Ask.CHANGE_QUEUE})


def own_account() -> str:
    """Name of the account this process runs under, which the spooler sees for itself."""
    with suppress(ImportError, KeyError, AttributeError):
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    return os.environ.get("USERNAME", "ektp")


@define(eq=False)
class Spooler:
    """A line to one queue of a spooler."""

    hint: Hint
    account: str = field(factory=own_account)
    _lines: SocketLines = field(init=False, factory=SocketLines)
    _http: httpcore.ConnectionPool | None = field(init=False, default=None)
    _numbers: "count[int]" = field(init=False, factory=lambda: count(1))

    def __attrs_post_init__(self) -> None:
        # No line is kept between questions: one that the spooler closed meanwhile would look like a lost spooler.
        self._http = httpcore.ConnectionPool(
            uds=self.hint.socket, network_backend=self._lines, max_keepalive_connections=0, retries=0
        )

    def close(self) -> None:
        """Let go of the line."""
        http, self._http = self._http, None
        if http:
            http.close()

    def ask(
        self,
        what: Ask,
        deadline: Deadline,
        asked: Sequence[Attribute] = (),
        of: Sequence[Attribute] = (),
        data: bytes = b"",
    ) -> tuple[Attributes, ...]:
        """Ask one thing of the queue: `asked` says it, `of` are attributes of the job or of the queue.

        Returns the attributes of each job or queue in the answer.

        Raises:
            DriverTimeout, DriverLost: as their names say. NotAllowed, NotThere, Declined: its own word.
        """  # fmt: skip
        body = encode(IppMessage(_VERSION, what, next(self._numbers), self._groups(what, asked, of), data))
        status, content = self._post(what, body, deadline)
        return _read(what, status, content)

    def _groups(
        self, what: Ask, asked: Sequence[Attribute], of: Sequence[Attribute]
    ) -> list[tuple[Tag, list[Attribute]]]:
        groups = [
            (
                Tag.OPERATION_ATTRS,
                [
                    Attribute("attributes-charset", Tag.CHARSET, ["utf-8"]),
                    Attribute("attributes-natural-language", Tag.NATURAL_LANGUAGE, ["en"]),
                    Attribute("printer-uri", Tag.URI, [f"ipp://localhost/printers/{self.hint.queue}"]),
                    *[one for one in asked if one.name == "job-id"],
                    Attribute("requesting-user-name", Tag.NAME, [self.account]),
                    *[one for one in asked if one.name != "job-id"],
                ],
            )
        ]
        if of:
            groups.append((Tag.PRINTER_ATTRS if what is Ask.CHANGE_QUEUE else Tag.JOB_ATTRS, list(of)))
        return groups

    def must_be_open(self) -> None:
        """Raises DriverLost where this line was closed."""
        if self._http is None:
            raise DriverLost("the queue was closed")

    def _post(self, what: Ask, body: bytes, deadline: Deadline) -> tuple[int, bytes]:
        self.must_be_open()
        assert self._http is not None, "an open line"
        place = "/admin/" if what in _AT_ADMIN else f"/printers/{self.hint.queue}"
        headers: Mapping[bytes | str, bytes | str] = {
            "Host": "localhost", "Content-Type": "application/ipp", "Authorization": f"PeerCred {self.account}",
        }  # fmt: skip
        self._lines.begin(deadline.at_s)
        trouble: DriverError
        try:
            response = self._http.request("POST", f"http://localhost{place}", headers=headers, content=body)
            return response.status, response.content
        except (TimeoutError, httpcore.TimeoutException):
            trouble = DriverTimeout(f"the spooler did not answer to {_name(what)} in time")
        except LongAnswer:
            trouble = DriverError(f"the spooler's answer to {_name(what)} is too long to be one")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ConnectionNotAvailable, OSError) as error:
            why = getattr(error, "strerror", None) or getattr(error.__cause__, "strerror", None) or "the line broke"
            trouble = DriverLost(f"no spooler answers at {self.hint.socket} ({why})")
        raise trouble


def _read(what: Ask, status: int, content: bytes) -> tuple[Attributes, ...]:
    if status in (401, 403):
        raise NotAllowed(f"the spooler does not let this account do {_name(what)}")
    if status != 200:
        raise Declined(f"the spooler answered {status} to {_name(what)}")
    try:
        answer = decode(content)
    except (IppDecodeError, ValueError, KeyError, IndexError) as error:
        problem = type(error).__name__
    else:
        return _taken(what, answer)
    raise DriverError(f"the spooler's answer to {_name(what)} cannot be read ({problem})")


def _taken(what: Ask, answer: IppMessage) -> tuple[Attributes, ...]:
    groups = [
        ({one.name: tuple(one.values) for one in found}, tag) for tag, found in answer.groups
    ]  # fmt: skip
    if answer.code < _BAD_FROM:
        return tuple(found for found, tag in groups if tag in (Tag.JOB_ATTRS, Tag.PRINTER_ATTRS))
    words = "".join(
        f": {one}" for found, tag in groups if tag is Tag.OPERATION_ATTRS for one in found.get("status-message", ())
    )
    kind = NotAllowed if answer.code in _NOT_ALLOWED else NotThere if answer.code in _NOT_FOUND else Declined
    raise kind(f"the spooler declined {_name(what)} (0x{answer.code:04x}{words[:_WORDS]})")


def _name(what: Ask) -> str:
    return what.name.lower().replace("_", " ")

"""What a spooler says of a queue and its jobs (keadaan antrean), read into plain values.

Pure. A spooler is a stranger: a value of another kind than IPP promises is left out, never
guessed. Jobs of ours are known by their names, which are digests: no NIK, no name of a
person and no number of a record stands in a spool.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from hashlib import blake2b
from typing import Any, TypeVar

from attrs import frozen

Kind = TypeVar("Kind", bound=IntEnum)

#: What the spooler shows beside a queue that this driver holds; behind it stands who holds it, `OWNER.PROCESS`.
HELD = "Held by EKTP; cupsenable gives it back"
JOB_PREFIX = "ektp-"
PROBE = "ektp-probe"
#: The card of ISO 7810 in hundredths of a millimetre, and how far a medium's size may differ.
CARD, NEAR = (5398, 8560), 160

_OURS = re.compile(r"ektp-[0-9a-f]{32}")
_HOLDER = re.compile(r"\[([0-9a-f]{0,32}(?:\.[0-9a-f]{1,32})?)\]$")
_MEDIUM = re.compile(r"_(\d{1,5}(?:\.\d{1,3})?)x(\d{1,5}(?:\.\d{1,3})?)(mm|in)$", re.ASCII)
_SERIAL_IN_URI = re.compile(r"[?&]serial=([^&#\s]{1,80})", re.ASCII)
_SERIAL_IN_ID = re.compile(r"(?:^|;)\s*(?:SN|SERN|SERIALNUMBER):\s*([^;]{1,80})", re.IGNORECASE)


class JobState(IntEnum):
    """States of a job, by IPP's numbers."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9

    @property
    def is_over(self) -> bool:
        """Whether it does not change any more."""
        return self >= JobState.CANCELED


class QueueState(IntEnum):
    """States of a queue, by IPP's numbers."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5


@frozen
class Job:
    """One job as the spooler shows it.

    `began_s`: when it was last begun, by the spooler's clock. `owner`: which station's driver made it, as far as said.
    """

    job_id: int
    name: str
    state: JobState | None
    reasons: tuple[str, ...] = ()
    began_s: int | None = None
    documents: int = 0
    is_kept: bool = False
    owner: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether a driver of this kind made it: by its exact name, as anybody may call a document `ektp-x`."""
        return self.name == PROBE or _OURS.fullmatch(self.name) is not None

    @property
    def is_over(self) -> bool:
        """Whether it does not change any more; a state nobody knows is no end."""
        return self.state is not None and self.state.is_over

    @property
    def words(self) -> str:
        """Its state and reasons for a person to read."""
        state = self.state.name.lower() if self.state is not None else "in no known state"
        return f"job {self.job_id} is {state} ({', '.join(self.reasons) or 'no reason given'})"


@frozen
class Queue:
    """One queue as the spooler shows it; `values` is all it said."""

    values: Mapping[str, tuple[Any, ...]]

    @property
    def state(self) -> QueueState | None:
        """Whether it works, rests or is stopped."""
        return _member(QueueState, _number(self.values, "printer-state"))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Its printer-state-reasons."""
        return tuple(one for one in _texts(self.values, "printer-state-reasons") if one != "none")

    @property
    def message(self) -> str:
        """What is shown beside its state."""
        return _text(self.values, "printer-state-message")

    @property
    def holder(self) -> str:
        """Who holds it by the words beside it; empty if no driver of this kind does."""
        found = _HOLDER.search(self.message) if self.message.startswith(HELD) else None
        return found[1] if found else ""

    @property
    def is_held(self) -> bool:
        """Whether a driver of this kind stopped it."""
        return self.message.startswith(HELD)

    @property
    def accepts(self) -> bool:
        """Whether it takes jobs."""
        return next(iter(self.values.get("printer-is-accepting-jobs", ())), False) is True

    @property
    def policy(self) -> str:
        """What the spooler does with a job that failed."""
        return _text(self.values, "printer-error-policy")

    @property
    def device_uri(self) -> str:
        """Where the printer behind it is."""
        return _text(self.values, "device-uri")

    @property
    def is_guarded(self) -> bool:
        """Whether `ektp-once` stands before its printer."""
        return self.device_uri.startswith("ektp-once:")

    @property
    def copies(self) -> int:
        """How many copies it prints unasked; 0 if it does not say."""
        return _number(self.values, "copies-default") or 0

    @property
    def sheets(self) -> tuple[str, ...]:
        """Banner sheets around a job."""
        return tuple(one for one in _texts(self.values, "job-sheets-default") if one != "none")

    @property
    def hold(self) -> str:
        """When a job begins, unasked."""
        return _text(self.values, "job-hold-until-default") or "no-hold"

    @property
    def model(self) -> str:
        """Make and model as the queue names it."""
        return _text(self.values, "printer-make-and-model")

    @property
    def device_id(self) -> str:
        """IEEE 1284 id of the printer, if the queue knows it."""
        return _text(self.values, "printer-device-id")

    @property
    def formats(self) -> tuple[str, ...]:
        """Documents it takes."""
        return _texts(self.values, "document-format-supported")

    @property
    def media(self) -> tuple[str, ...]:
        """Media it names; a queue without a driver names none."""
        return _texts(self.values, "media-supported")

    @property
    def card_medium(self) -> str:
        """The medium of a card's size, the queue's own default first; empty if it names none."""
        default = _text(self.values, "media-default")
        return next((one for one in (default, *self.media) if is_card(one)), "")

    def serial(self, name: str) -> str:
        """The printer's own serial where the queue shows one, else the queue's name and its uuid."""
        in_uri = _SERIAL_IN_URI.search(self.device_uri)
        in_id = _SERIAL_IN_ID.search(self.device_id)
        found = (in_uri and in_uri[1]) or (in_id and in_id[1].strip()) or ""
        return found or f"{name}@{_text(self.values, 'printer-uuid').removeprefix('urn:uuid:')}"


def read_job(values: Mapping[str, tuple[Any, ...]]) -> Job | None:
    """A job from its attributes; None where it has no number. A hidden name is somebody else's."""
    job_id = _number(values, "job-id")
    if job_id is None:
        return None
    return Job(
        job_id,
        _text(values, "job-name"),
        _member(JobState, _number(values, "job-state")),
        tuple(one for one in _texts(values, "job-state-reasons") if one != "none"),
        _number(values, "time-at-processing"),
        _number(values, "number-of-documents") or 0,
        bool(next(iter(values.get("job-preserved", ())), False)),
        _text(values, "job-billing"),
    )


def owner_of(holder: str) -> str:
    """The station's part of a holder's mark; empty where a driver was not told whose it is.

    >>> owner_of("0c1d2e3f.0123456789abcdef"), owner_of("0123456789abcdef")
    ('0c1d2e3f', '')
    """
    return holder.rpartition(".")[0]


def job_name(job_key: str) -> str:
    """The name under which a card's job stands in the spool: a digest of the job key."""
    return JOB_PREFIX + blake2b(job_key.encode(), digest_size=16, person=b"ektp-cups-job").hexdigest()


def is_card(medium: str) -> bool:
    """Whether a medium by PWG's naming rule is as large as a card.

    >>> is_card("om_cr80_53.98x85.6mm"), is_card("iso_a4_210x297mm"), is_card("oe_card_2.13x3.37in")
    (True, False, True)
    """
    found = _MEDIUM.search(medium)
    if found is None:
        return False
    unit = 2540 if found[3] == "in" else 100
    sides = sorted(round(float(one) * unit) for one in (found[1], found[2]))
    return all(abs(one - card) <= NEAR for one, card in zip(sides, CARD, strict=True))


def _text(values: Mapping[str, tuple[Any, ...]], name: str) -> str:
    return next(iter(_texts(values, name)), "")


def _texts(values: Mapping[str, tuple[Any, ...]], name: str) -> tuple[str, ...]:
    return tuple(one for one in values.get(name, ()) if isinstance(one, str))


def _number(values: Mapping[str, tuple[Any, ...]], name: str) -> int | None:
    found = next(iter(values.get(name, ())), None)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _member(kind: type[Kind], value: int | None) -> Kind | None:
    return next((one for one in kind if one == value), None)

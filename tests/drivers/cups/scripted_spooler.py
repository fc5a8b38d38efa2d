"""A spooler within the test's own process: a queue, its jobs, and what comes between two questions."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from attrs import define, field
from ippx import Attribute

from ektp_driver_cups.desk import Desk
from ektp_driver_cups.queue import HELD, JobState, QueueState
from ektp_driver_cups.spooler import Ask, Spooler
from ektp_driving.deadline import Deadline
from ektp_driving.declined import NotAllowed, NotThere

Values = dict[str, tuple[Any, ...]]
OURS, THEIRS = "aaaaaaaa", "bbbbbbbb"
HOLDER = f"{OURS}.0123456789abcdef"


def fit() -> Values:
    """A queue that has all this driver wants of one, and runs."""
    return {
        "printer-state": (QueueState.IDLE.value,),
        "printer-state-message": ("",),
        "printer-is-accepting-jobs": (True,),
        "printer-error-policy": ("abort-job",),
        "device-uri": ("ektp-once:usb://Fargo/HDP5000?serial=CB-0001",),
        "copies-default": (1,),
        "job-sheets-default": ("none", "none"),
        "job-hold-until-default": ("no-hold",),
        "document-format-supported": ("application/pdf",),
        "media-supported": ("iso_a4_210x297mm", "om_card_54x86mm"),
    }


@define(eq=False)
class ScriptedSpooler:
    """Does as it is told, but for what it is `deaf` to, or does not allow.

    `before` and `after`: what happens around the next answer to a question of that kind. `way`: what becomes of a job
    that runs, one part for each look at it; `keeps`: what is left of one that was cancelled.
    """

    queue: Values = field(factory=fit)
    jobs: dict[int, Values] = field(factory=dict)
    way: list[Values] = field(factory=list)
    keeps: Values = field(factory=lambda: {"number-of-documents": (0,)})
    has_history: bool = True
    deaf: set[Ask] = field(factory=set)
    denied: set[Ask] = field(factory=set)
    before: dict[Ask, Callable[[], object]] = field(factory=dict)
    after: dict[Ask, Callable[[], object]] = field(factory=dict)
    asked: list[Ask] = field(factory=list)
    account: str = "ektp"

    @property
    def desk(self) -> Desk:
        """The driver's own hands at it."""
        return Desk(cast("Spooler", self), OURS)

    @property
    def states(self) -> dict[str, JobState]:
        """Each job's state by its name."""
        return {one["job-name"][0]: JobState(one["job-state"][0]) for one in self.jobs.values()}

    def hold(self, holder: str = HOLDER) -> None:
        """The queue is stopped by this holder."""
        self.say(QueueState.STOPPED, f"{HELD} [{holder}]")

    def say(self, state: QueueState, words: str = "") -> None:
        """The queue's state and the words beside it."""
        self.queue |= {"printer-state": (state.value,), "printer-state-message": (words,)}

    def add(self, name: str, state: JobState, owner: str = OURS) -> int:
        """A job that stands in it."""
        number = len(self.jobs) + 1
        self.jobs[number] = {
            "job-id": (number,), "job-name": (name,), "job-state": (state.value,), "job-billing": (owner,),
        }  # fmt: skip
        return number

    def ask(
        self,
        what: Ask,
        deadline: Deadline,
        asked: Sequence[Attribute] = (),
        of: Sequence[Attribute] = (),
        data: bytes = b"",
    ) -> tuple[Values, ...]:
        """As `Spooler.ask`."""
        self.asked.append(what)
        self.before.pop(what, lambda: None)()
        if what in self.denied:
            raise NotAllowed(f"not {what.name}")
        told = {one.name: tuple(one.values) for one in (*asked, *of)}
        found = () if what in self.deaf else self._answer(what, told)
        self.after.pop(what, lambda: None)()
        return found

    def _answer(self, what: Ask, told: Values) -> tuple[Values, ...]:
        match what:
            case Ask.GET_QUEUE:
                return (dict(self.queue),)
            case Ask.GET_JOBS:
                is_all = told["which-jobs"] == ("all",)
                return tuple(dict(one) for one in self.jobs.values() if is_all or one["job-state"][0] < JobState.CANCELED)
            case Ask.CREATE_JOB:
                number = self.add(told["job-name"][0], JobState.HELD, next(iter(told.get("job-billing", ())), ""))
                return (dict(self.jobs[number]),)
            case Ask.PAUSE_QUEUE:
                self.say(QueueState.STOPPED, told["printer-state-message"][0])
            case Ask.RESUME_QUEUE:
                self.say(QueueState.IDLE)
            case Ask.CHANGE_QUEUE:
                self.queue |= told
            case _:
                return self._of_job(what, told["job-id"][0])
        return ()

    def _of_job(self, what: Ask, number: int) -> tuple[Values, ...]:
        job = self.jobs.get(number)
        if job is None:
            raise NotThere("no such job")
        match what:
            case Ask.SEND_DOCUMENT:
                job["number-of-documents"] = (1,)
            case Ask.RELEASE_JOB:
                job["job-state"] = (JobState.PENDING.value,)
            case Ask.CANCEL_JOB:
                job |= {"job-state": (JobState.CANCELED.value,), **self.keeps}
                if not self.has_history:
                    del self.jobs[number]
            case Ask.GET_JOB:
                if self.way and self.queue["printer-state"] != (QueueState.STOPPED.value,):
                    job |= self.way.pop(0)
                return (dict(job),)
        return ()

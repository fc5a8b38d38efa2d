"""Blocking calls with a deadline (pekerjaan berbatas waktu): a reader's library has none of its own.

Each piece of work runs in a thread of its own. When its time is over, whoever waits is told
so at once; the work itself is asked to stop, and sends no other command, for its deadline has
passed by then. Work that hangs inside the library stays there: then the outcome is unknown and
this reader is of no more use to this process, because a second call beside the first could
reach another card.
"""

from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from typing import TypeVar

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError, DriverLost, DriverTimeout
from ektp_driving.deadline import Deadline

Made = TypeVar("Made")

#: How long work that was asked to stop may take before it counts as hanging.
STOP_S = 0.2


@define(eq=False)
class Worker:
    """Does one piece of work at a time. `stop` wakes work that waits inside the library."""

    stop: Callable[[], None]
    _hanging: Thread | None = field(init=False, default=None)

    def do(self, work: Callable[[Deadline], Made], timeout_ms: int) -> Made:
        """Do it within the time given.

        Raises:
            DriverTimeout: it was not done in time; what was done of it is unknown.
            DriverLost: an earlier call still hangs. Whatever the work raises.
        """
        if self._hanging is not None and self._hanging.is_alive():
            raise DriverLost("an earlier call to the chip reader did not come back; unplug the reader and plug it in")
        self._hanging = None
        late = f"the chip reader was not done within {timeout_ms} ms"
        deadline, answers = Deadline.after(timeout_ms, late), Queue[Made | BaseException](1)
        thread = Thread(target=_run, args=(work, deadline, answers), daemon=True)
        thread.start()
        try:
            made = answers.get(timeout=timeout_ms / 1000)  # begun after the deadline was made, so it ends after it
        except Empty:
            self._give_up(thread)
            raise DriverTimeout(late) from None
        if isinstance(made, DriverError):
            raise made
        if isinstance(made, BaseException):
            raise DriverError(f"the chip reader's library failed ({type(made).__name__})")
        return made

    def _give_up(self, thread: Thread) -> None:
        Thread(target=self.stop, daemon=True).start()  # some libraries let even this wait for the call that hangs
        thread.join(STOP_S)
        self._hanging = thread if thread.is_alive() else None


def _run(work: Callable[[Deadline], Made], deadline: Deadline, answers: "Queue[Made | BaseException]") -> None:
    try:
        answers.put(work(deadline))
    except BaseException as error:  # noqa: BLE001  # it is raised again by whoever waits
        answers.put(error)

"""One printer's thread (pekerja pencetak): opens the device, carries orders out one after the other.

It holds no state that matters: what it brings back is an input of the main thread, and every
order brings something back.
"""

import queue
import threading
from collections.abc import Callable
from typing import Any

from attrs import define, field

from ektp_core.boundary.card_printer import DriverError
from ektp_station import messages
from ektp_station.acts import Act, Order, words_of
from ektp_station.driver_seen import DriverSeen
from ektp_station.logs import fault_of
from ektp_station.machine import Machine

REOPEN_S = 1.0


@define(eq=False)
class PrinterWorker:
    """One printer's thread: opens the device, carries orders out one after the other.

    Attributes:
        put: takes an input for the main thread.
        trouble: called in the main thread with the printer and what is wrong with it.
    """

    machine: Machine
    put: Callable[[Any], None]
    trouble: Callable[[str, str], None]
    orders: "queue.Queue[Order | None]" = field(factory=queue.Queue)
    _ending: threading.Event = field(factory=threading.Event)
    _is_idle: bool = field(init=False, default=True)  # nothing it does now moves a card
    _seen: DriverSeen | None = field(init=False, default=None)
    _thread: threading.Thread = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"printer {self.name}", daemon=True)

    @property
    def name(self) -> str:
        """The printer's name."""
        return self.machine.config.name

    @property
    def is_working(self) -> bool:
        """Whether its thread still runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def end(self) -> None:
        """Take no order after the one in hand. What only looks, or opens the device, is broken off at once."""
        self._ending.set()
        self.orders.put(None)
        if self._is_idle:
            self.machine.kill()

    def kill_driver(self) -> None:
        """End a driver that hangs: left alone, it would hold the device for ever."""
        if self.is_working:
            self.machine.kill()

    def _run(self) -> None:
        while not self._opened():
            if self._ending.wait(REOPEN_S):
                self.machine.let_go()
                return
        self._is_idle = False
        while (order := self.orders.get()) is not None and not self._ending.is_set():
            self._is_idle = order.act is Act.CHECK
            result = self.machine.carry_out(order)
            self._tell_of_driver()
            self.put(messages.Drove(self.name, result))
            self._is_idle = False
        self.machine.let_go()

    def _opened(self) -> bool:
        try:
            can = self.machine.open()
        except DriverError as error:
            return self._not_opened(words_of(error))
        except Exception as error:  # noqa: BLE001  # a thread that died here would leave the printer away for ever
            return self._not_opened(fault_of(error))
        self._tell("")
        self._tell_of_driver()
        self.put(messages.PrinterUp(self.name, can))
        return True

    def _not_opened(self, why: str) -> bool:
        self._tell(why)
        self.put(messages.PrinterAbsent(self.name))
        return False

    def _tell_of_driver(self) -> None:
        """What is new about its sandbox and its settings; before the answer, so that no card is begun meanwhile."""
        if (seen := self.machine.seen) is None or seen == self._seen:
            return
        self._seen = seen
        self.put(seen)
        why = f"its driver is not wholly shut in: {seen.sandbox}" if seen.missing else ""
        self.put(lambda: self.trouble(f"driver of printer {self.name}", why))
        self.put(lambda: self.trouble(f"settings of printer {self.name}", seen.drift))

    def _tell(self, why: str) -> None:
        self.put(lambda: self.trouble(f"printer {self.name}", why))

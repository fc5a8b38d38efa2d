"""A station's end of a driver process (sambungan driver): calls with a deadline.

The deadline is kept here, whatever the driver does: when it passes, the child is killed and
the link is lost; what the device did is not known from that. Nothing is called twice. The
child gets a small environment, no file of ours, and a session of its own, so that what it
starts ends with it. Answers nobody asked for end it, and of what it prints only the beginning
is kept, in the log, with long numbers masked. A child that does not even end when it is killed
hangs in its device: no other is started beside it. The API blocks and belongs in a worker
thread; calls of several threads come one after the other, and only `kill` may come at any time.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Lock, Thread
from typing import Any, BinaryIO

from attrs import define, field

from ektp_core.boundary.card_printer import (
    Artwork,
    Bin,
    Capabilities,
    Counters,
    DriverError,
    DriverLost,
    DriverTimeout,
    Identity,
    JobRecord,
    Look,
    PrintToken,
    Recovery,
    ResetLevel,
    Settings,
    Station,
    Status,
    Supply,
)  # fmt: skip
from ektp_station.driver_child import DriverChild, start
from ektp_station.driver_frames import (
    FAILURES,
    Answer,
    Call,
    operation,
    pack,
    read_frame,
    unpack,
    write_frame,
)  # fmt: skip
from ektp_station.driver_list import Permit
from ektp_station.driver_words import driver_log, not_told, once, relay
from ektp_station.encoder_settings import EncoderAt
from ektp_station.sandbox import Held, Wanted, box_for

#: A driver that keeps its own deadline answers a little late; it is not killed for that.
GRACE_MS = 250
#: A driver's process is Python with a vendor's library: on a slow machine it takes long to be there.
START_MS = 30_000
CLOSE_MS = 2_000
#: Answers that may wait: one is asked for at a time.
ANSWERS = 4
#: How long the last words of a child are waited for.
LAST_WORDS_S = 0.5
#: How long a killed child may take to be gone: a device may hold it inside the kernel.
END_S = 5.0
#: How much of a driver's own words about an error is kept.
WORDS = 300
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "PCSCLITE_CSOCK_NAME")


@define(eq=False)
class DriverLink:
    """One driver process. Starts it unless told otherwise, and then raises as `restart` does.

    Attributes:
        sandbox: whether it runs in one. folder: the station's, which it never sees.
        permits: what is loaded, and from which distribution; None: whatever has that name, and `plugins`.
        tells: whether what it prints is logged. held: what shuts the process in; known after a start.
    """

    driver: str
    hint: str
    serial: str
    plugins: Sequence[str] = ()
    start_timeout_ms: int = START_MS
    starts: bool = True
    encoder: EncoderAt | None = None
    sandbox: Wanted = Wanted.USE
    folder: Path | None = None
    permits: Sequence[Permit] | None = None
    tells: bool = True
    held: Held = field(init=False, factory=Held)
    _child: DriverChild | None = field(init=False, default=None)
    _words: Thread | None = field(init=False, default=None)
    _heard_out: Event = field(init=False, factory=Event)
    _lingering: DriverChild | None = field(init=False, default=None)
    _is_over: bool = field(init=False, default=False)
    _printed: set[str] = field(init=False, factory=set)  # by the last child
    _is_boxed: bool = field(init=False, default=False)
    _answers: Queue[Answer | None] = field(init=False, factory=Queue)
    _outgoing: Queue[bytes | None] = field(init=False, factory=Queue)
    _number: int = field(init=False, default=0)
    _turn: Lock = field(init=False, factory=Lock)

    def __attrs_post_init__(self) -> None:
        if self.starts:
            self.restart()

    @property
    def lost(self) -> bool:
        """Whether calls are in vain until `restart`."""
        return self._child is None or self._child.process.poll() is not None

    @property
    def pid(self) -> int | None:
        """Process id of the child, while it is there; in a sandbox of the outermost one, which takes all with it."""
        return self._child.process.pid if self._child else None

    def restart(self) -> None:
        """End the child, if there is one, and start another that opens the device.

        Raises:
            DriverLost: the device is not there, or the old child does not end. DriverError: the
                driver cannot be loaded or does not open it. DriverTimeout: it did not greet in time.
        """
        with self._turn:
            self._end()
            if self._lingering is not None and not self._lingering.is_gone:
                raise DriverLost("the driver process does not end; switch the printer off and on, then the machine")
            self._lingering = None
            self._start()
            if self._is_over:  # killed while it was being started
                self._end()
                raise DriverLost("the driver is not wanted any more")
            try:
                if self._is_boxed:  # said before a line of the driver is loaded
                    self.held = unpack(self._result(self._answer(0, self.start_timeout_ms, "start")), Held)
                self._result(self._answer(0, self.start_timeout_ms, "start"))
            except DriverError:
                self._end()
                raise

    def call(self, name: str, *arguments: object, timeout_ms: int) -> Any:
        """Do one operation of `CardPrinter` and return its value.

        Raises:
            DriverTimeout: the deadline passed; unless the driver itself said so, the child
                was killed. DriverLost: the child or the device is gone. DriverError: the
                device said so. None of them means that nothing happened.
        """
        known = operation(name)
        with self._turn:
            if self.lost:
                raise DriverLost("the driver process is gone")
            self._number += 1
            call = Call(self._number, name, pack(arguments), timeout_ms)
            self._outgoing.put(pack(call))
            answer = self._answer(self._number, timeout_ms + GRACE_MS, name)
            value = self._result(answer)
        return unpack(value, known.gives)

    def close(self) -> None:
        """Let the child close the device and end; kill it when it does not."""
        with self._turn:
            child = self._child
            if child is None:
                return
            self._outgoing.put(None)
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(CLOSE_MS / 1000)
            self._end()  # kills it if it is still there

    def kill(self) -> None:
        """End the child at once, from any thread, for good: whoever waits for an answer hears that it is gone."""
        self._is_over = True
        child = self._child
        if child is not None and child.process.poll() is None:
            child.kill()

    # -- the child ----------------------------------------------------------------------

    def _start(self) -> None:
        arguments = ["-m", "ektp_station.driver_host"]
        arguments += ["--driver", self.driver, "--hint", self.hint, "--serial", self.serial]
        for plugin in self.plugins:
            arguments += ["--plugin", plugin]
        for permit in self.permits or ():
            arguments += permit.arguments
        arguments += self.encoder.arguments if self.encoder else ()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        if "PYTHONPATH" in environment:  # an empty or relative part means the current folder, which is anybody's
            whole = [one for one in environment["PYTHONPATH"].split(os.pathsep) if os.path.isabs(one)]
            environment["PYTHONPATH"] = os.pathsep.join(whole)
        if self.folder:  # by this a driver knows again what an earlier process of the same station left at a device
            environment["EKTP_STATION"] = blake2b(str(self.folder.absolute()).encode(), digest_size=4).hexdigest()
        self._is_boxed = self.sandbox is not Wanted.OFF
        files = (self.encoder.script,) if self.encoder else ()
        reads = self.encoder is not None
        box = box_for(self.sandbox, self.hint, self.folder, files, reads_chips=reads) if self._is_boxed else None
        try:
            started = start(arguments, environment, box)
        except OSError as error:
            raise DriverError(f"the driver process cannot be started ({error.strerror})") from None
        child = started.process
        assert child.stdin and child.stdout and child.stderr, "all were asked for"
        self._child, self._answers, self._outgoing = started, Queue(ANSWERS), Queue()
        self._heard_out = Event()
        before, self._printed = self._printed, set[str]()
        log = driver_log(sys.stderr, self.driver, self.serial) if self.tells else not_told
        tell = once(log, before, self._printed)
        self._words = Thread(target=relay, args=(child.stderr, self._heard_out.is_set, tell), daemon=True)
        self._words.start()
        Thread(target=_bring, args=(started, child.stdout, self._answers), daemon=True).start()
        # A hanging child stops reading; only a thread of its own may wait for that.
        Thread(target=_carry, args=(child.stdin, self._outgoing), daemon=True).start()

    def _answer(self, number: int, timeout_ms: int, name: str) -> Answer:
        try:
            answer = self._answers.get(timeout=timeout_ms / 1000)
        except Empty:
            self._end()
            raise DriverTimeout(f"no answer to {name} within {timeout_ms} ms") from None
        if answer is None or answer.number != number:
            self._end()
            raise DriverLost(f"the driver process ended during {name}")
        return answer

    def _result(self, answer: Answer) -> bytes:
        if answer.failed:
            raise FAILURES.get(answer.failed, DriverError)(_clipped(answer.text))
        return answer.value

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        self._outgoing.put(None)
        if not child.end(END_S):
            self._lingering = child
        if self._words is not None:
            self._words.join(LAST_WORDS_S)
            self._heard_out.set()  # what the child started may hold the pipe for ever
            self._words.join(LAST_WORDS_S)


def _bring(child: DriverChild, pipe: BinaryIO, answers: "Queue[Answer | None]") -> None:
    """Read answers until the child is gone; then say so. One that answers unasked is ended."""
    try:
        while True:
            answers.put_nowait(unpack(read_frame(pipe), Answer))
    except (DriverError, OSError, ValueError):
        pass
    except Full:
        child.kill()
    finally:
        with suppress(Full):  # where there is no room, a wrong number says the same
            answers.put_nowait(None)
        pipe.close()


def _clipped(text: str) -> str:
    """A driver's words on one line, and no more than a person reads."""
    words = " ".join("".join(one if one.isprintable() else " " for one in text[:WORDS]).split())
    return words if len(text) <= WORDS else f"{words} ..."


def _carry(pipe: BinaryIO, outgoing: "Queue[bytes | None]") -> None:
    """Write calls until told to stop or the child is gone."""
    # A broken pipe is no news here: the reader sees the end of the child.
    with suppress(OSError):
        while (frame := outgoing.get()) is not None:
            write_frame(pipe, frame)
    with suppress(OSError):
        pipe.close()


@define(eq=False)
class RemotePrinter:
    """A `CardPrinter` whose driver lives in another process."""

    link: DriverLink

    def identify(self, timeout_ms: int) -> Identity:
        """Who is there."""
        found: Identity = self.link.call("identify", timeout_ms=timeout_ms)
        return found

    def capabilities(self, timeout_ms: int) -> Capabilities:
        """What it can do."""
        found: Capabilities = self.link.call("capabilities", timeout_ms=timeout_ms)
        return found

    def reserve(self, owner: str, timeout_ms: int) -> None:
        """Keep everybody else from starting a card."""
        self.link.call("reserve", owner, timeout_ms=timeout_ms)

    def release(self, timeout_ms: int) -> None:
        """Give the device free again."""
        self.link.call("release", timeout_ms=timeout_ms)

    def configure(self, settings: Settings, timeout_ms: int) -> Settings:
        """Require settings and return them as read back."""
        found: Settings = self.link.call("configure", settings, timeout_ms=timeout_ms)
        return found

    def status(self, timeout_ms: int) -> Status:
        """One look at conditions and card position."""
        found: Status = self.link.call("status", timeout_ms=timeout_ms)
        return found

    def counters(self, timeout_ms: int) -> Counters:
        """All counters."""
        found: Counters = self.link.call("counters", timeout_ms=timeout_ms)
        return found

    def supplies(self, timeout_ms: int) -> tuple[Supply, ...]:
        """Forecasts of ribbon, film and blanks."""
        found: tuple[Supply, ...] = self.link.call("supplies", timeout_ms=timeout_ms)
        return found

    def prepare(self, art: Artwork, timeout_ms: int) -> None:
        """Download the picture."""
        self.link.call("prepare", art, timeout_ms=timeout_ms)

    def feed(self, timeout_ms: int) -> None:
        """Take one blank from the hopper."""
        self.link.call("feed", timeout_ms=timeout_ms)

    def move(self, to: Station, timeout_ms: int) -> None:
        """Move the card inside."""
        self.link.call("move", to, timeout_ms=timeout_ms)

    def flip(self, timeout_ms: int) -> None:
        """Turn the card over."""
        self.link.call("flip", timeout_ms=timeout_ms)

    def read_uid(self, timeout_ms: int) -> str:
        """Read the chip's UID."""
        found: str = self.link.call("read_uid", timeout_ms=timeout_ms)
        return found

    def read_chip(self, timeout_ms: int) -> bytes | None:
        """What the chip holds; None if neither whole nor empty."""
        found: bytes | None = self.link.call("read_chip", timeout_ms=timeout_ms)
        return found

    def encode(self, content: bytes, timeout_ms: int) -> bytes:
        """Write the chip and return what was read back."""
        found: bytes = self.link.call("encode", content, timeout_ms=timeout_ms)
        return found

    def mark(self, token: PrintToken, timeout_ms: int) -> str:
        """Print: the irrevocable step. Returns the device's job id."""
        found: str = self.link.call("mark", token, timeout_ms=timeout_ms)
        return found

    def observe(self, job_id: str, timeout_ms: int) -> JobRecord:
        """Ask what became of a job."""
        found: JobRecord = self.link.call("observe", job_id, timeout_ms=timeout_ms)
        return found

    def deliver(self, to: Bin, timeout_ms: int) -> None:
        """Move the card out."""
        self.link.call("deliver", to, timeout_ms=timeout_ms)

    def recover(self, action: Recovery, timeout_ms: int) -> None:
        """Carry out what an operator ordered after an error."""
        self.link.call("recover", action, timeout_ms=timeout_ms)

    def look(self, job_id: str, timeout_ms: int) -> Look:
        """Status, counters, job record and UID together."""
        found: Look = self.link.call("look", job_id, timeout_ms=timeout_ms)
        return found

    def reset(self, level: ResetLevel, timeout_ms: int) -> None:
        """Reset the device, only when ordered."""
        self.link.call("reset", level, timeout_ms=timeout_ms)

    def close(self) -> None:
        """Let go of the device and its process."""
        self.link.close()

"""The thread that talks to the hub (pekerja sambungan): it carries bytes and opens nothing."""

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from attrs import define, field

from ektp_core.boundary.signer import Signer
from ektp_core.boundary.uplink import Uplink, UplinkError
from ektp_core.errors import Refused
from ektp_station import door, messages
from ektp_station.courier import Courier
from ektp_station.hub_word import new_nonce
from ektp_station.logs import place_of
from ektp_station.steady import now_ms, passed_ms

T = TypeVar("T")


@define(eq=False)
class LinkWorker:
    """The thread that talks to the hub; carries bytes, opens nothing."""

    client: Uplink
    station: str
    signer: Signer
    put: Callable[[Any], None]
    trouble: Callable[[str, str], None]
    jobs: "queue.Queue[Callable[[], None] | None]" = field(factory=queue.Queue)

    def start(self) -> None:
        """Begin in a thread of its own."""
        threading.Thread(target=self._run, name="link", daemon=True).start()

    def _run(self) -> None:
        while (job := self.jobs.get()) is not None:
            job()

    def fetch(self, after: int, then: Callable[[list[door.Carried]], None]) -> None:
        """Entries after `after` and the personal data they refer to."""
        courier = Courier(self.client, self.signer, self.station, now_ms, passed_ms, new_nonce)
        self.jobs.put(lambda: self._guarded(False, lambda: courier.fetched(after), then))

    def upload(self, message: bytes, then: Callable[[bytes], None]) -> None:
        """Bring commits; the receipt."""
        self.jobs.put(lambda: self._guarded(True, lambda: self.client.upload(message), then))

    def _guarded(self, is_upload: bool, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Something comes back of every job."""
        answer: Refused | None = None
        try:
            found = work()
            self.put(lambda: then(found))
            return
        except UplinkError as error:
            why = str(error)
        except Refused as refused:
            why, answer = str(refused), refused
        except Exception as error:  # noqa: BLE001  # what the other side sent must not end the link
            why = place_of(error)
        self.put(lambda: self.trouble("hub", why))
        self.put(messages.Acknowledged(answer) if is_upload and answer else messages.LinkFailed(is_upload))

"""The station's questions to its hub (pertanyaan ke pusat), on a line of their own.

A counter waits for its answer; the thread that carries the chain is not kept waiting for it.
"""

from collections.abc import Callable
from typing import Any

from ektp_client.hub_client import HubClient
from ektp_core.boundary.signer import Signer
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.question import write_question

#: A person stands at the counter: longer than this is no answer.
TIMEOUT_MS = 5_000


def asking_hub(address: str, signer: Signer, now_ms: Callable[[], int]) -> Callable[[bytes], dict[str, Any]]:
    """What brings a NIK to the hub in a question signed by the station; raises UplinkError or Refused."""

    def ask(nik: bytes) -> dict[str, Any]:
        message = signed(PayloadType.QUESTION, write_question(nik.decode(), now_ms()), (signer,)).to_json()
        with HubClient(address, timeout_ms=TIMEOUT_MS, tries=1) as hub:
            return hub.why(message)

    return ask

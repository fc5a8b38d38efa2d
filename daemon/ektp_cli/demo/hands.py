"""The people of the demo (petugas peragaan): their keys sign, the hub and the station answer."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

import httpx
from attrs import define, field

from ektp_cli.demo.house import House
from ektp_client.hub_client import HubClient
from ektp_core.boundary.uplink import AskTaken
from ektp_core.errors import Refused
from ektp_core.wire.asks import HUB, write_ask
from ektp_core.wire.envelope import PayloadType, signed
from ektp_core.wire.problem import refused_from_plain
from ektp_keys.key_file import FileSigner, load_key

OPERATOR, VERIFIER, SECOND = "operator", "verifier-1", "verifier-2"


@define(eq=False)
class Hands:
    """Everybody's keys, and the way to hub and station."""

    house: House
    keys: dict[str, FileSigner] = field(init=False)
    hub: HubClient = field(init=False)
    page: httpx.Client = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.keys = {name: load_key(path) for name, path in self.house.hub.people.items()}
        self.keys["station"] = load_key(self.house.station_folder / "station.key")
        self.hub = HubClient(self.house.hub_url, timeout_ms=60_000)
        self.page = httpx.Client(trust_env=False, timeout=60)

    def envelope(self, to: str, body: object, who: Sequence[str]) -> bytes:
        """A signed ask with an id of its own."""
        payload = write_ask(str(uuid.uuid4()), to, time.time_ns() // 1_000_000, body)
        return signed(PayloadType.ASK, payload, [self.keys[name] for name in who]).to_json()

    def ask_hub(self, body: object, *who: str) -> AskTaken:
        """Ask the hub. Raises the refusal."""
        (answer,) = self.hub.ask([self.envelope(HUB, body, who)])
        if isinstance(answer, Refused):
            raise answer
        return answer

    def ask_station(self, to: str, body: object, *who: str) -> None:
        """Ask the station. Raises the refusal."""
        message = self.envelope(to, body, who)
        answer = self.page.post(f"{self.house.station_url()}/v1/asks", content=message).json()
        if "refused" in answer:
            raise refused_from_plain(answer["refused"])

    def see(self) -> dict[str, Any]:
        """The station's lamps; empty when its page does not answer."""
        try:
            shown: dict[str, Any] = self.page.get(f"{self.house.station_url()}/v1/now").json()
        except (httpx.HTTPError, OSError):
            return {}
        return shown

    def expected_picture(self, record: str) -> bytes:
        """What should be on a record's card."""
        return self.page.get(f"{self.house.station_url()}/v1/cards/{record}.png").raise_for_status().content

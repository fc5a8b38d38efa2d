"""Uploads, receipts and fetches: what goes out comes back, and nothing else is taken."""

import pytest

from ektp_core.boundary.store import Sealed
from ektp_core.errors import Refused
from ektp_core.wire.upload import (
    Fetch,
    Receipt,
    Upload,
    payload_context,
    read_fetch,
    read_receipt,
    read_upload,
    write_fetch,
    write_receipt,
    write_upload,
)

STATION = "station/52.03/1"


def test_an_upload_comes_back_as_it_went_out() -> None:
    sent = Upload(STATION, (Sealed(1, b"h", b"header", (b"a", b"b")), Sealed(2, b"i", b"next", ())))
    assert read_upload(write_upload(sent)) == sent


def test_an_upload_without_a_commit_is_malformed() -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        read_upload(write_upload(Upload(STATION, ())))


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\xc1", b"{}", b"\x93\x01\xa1x\x90"])
def test_bytes_that_are_no_upload_are_malformed(raw: bytes) -> None:
    with pytest.raises(Refused, match="MALFORMED"):
        read_upload(raw)


def test_receipts_and_fetches_come_back_as_they_went_out() -> None:
    receipt = Receipt(1, STATION, 7, "aa", 9)
    fetch = Fetch(1, STATION, 5, after=3)
    assert (read_receipt(write_receipt(receipt)), read_fetch(write_fetch(fetch))) == (receipt, fetch)


def test_a_payload_is_sealed_for_one_station_and_one_digest() -> None:
    contexts = {payload_context(s, d) for s in (STATION, "station/52.03/2") for d in (b"x", b"y")}
    assert len(contexts) == 4

"""A station works with whatever signs for it: a key file, a token, or anything with the same three words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ektp_core.boundary.signer import StationSigner
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.apply import apply
from ektp_core.flow.rows import Record
from ektp_core.vocabulary.role import Hand
from ektp_driver_virtual import launch
from ektp_driver_virtual.launch import RunningPrinter
from ektp_keys.book_key import key_of_book
from ektp_keys.key_file import FileSigner, create_key
from ektp_station.config import BOOK_FILE
from ektp_station.erasing import label_digest, label_in
from ektp_station.station_key import TOKEN_FILE, load_station_key
from ektp_store.opening import is_encrypted
from ektp_store.verify import verify
from tests.station.station_bench import STATION, Line, people, until


class TokenLike:
    """What a token gives: an id, signatures, and what was sealed to it. Nothing else, however one asks."""

    def __init__(self, inner: FileSigner) -> None:
        self._inner = inner
        self.signed = 0

    @property
    def key_id(self) -> str:
        return self._inner.key_id

    def sign(self, message: bytes) -> bytes:
        self.signed += 1
        return self._inner.sign(message)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        return self._inner.unseal(sealed, context)


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[RunningPrinter]:
    running = launch.start(tmp_path / "printer", "VP-0001", card_ms=60, reboot_ms=50)
    yield running
    running.kill()


@pytest.mark.processes
@pytest.mark.rule(40)
def test_a_card_is_printed_with_a_token_into_an_encrypted_book_and_its_data_is_erased(
    tmp_path: Path, printer: RunningPrinter
) -> None:
    line = Line(tmp_path, printer, cards=2)
    key: StationSigner = TokenLike(line.office.keys["station"])
    line.office.keys["station"] = key  # type: ignore[assignment]  # the bench names the concrete kind
    line.open()
    try:
        line.judge()
        line.judge()
        line.until_absorbed()
        store = line.process.store

        def kept() -> list[bool]:
            with store.read() as view:
                digests = [row.payload for row in view.rows(Record)]
            return [store.payload(digest) is not None for digest in digests]

        until(lambda: line.process.ask_main(kept) == [False, False], "the personal data is erased")
        with store.read() as view:
            digests = [row.payload for row in view.rows(Record)]
        labels = line.process.ask_main(lambda: [store.payload(label_digest(one)) for one in digests])
        assert {label_in(one).name for one in labels if one} == {one.name for one in people(2)}
        assert isinstance(key, TokenLike) and key.signed > 5
        assert line.process.now["warning"]  # the bench's keys have no passphrase
    finally:
        assert line.end() == 0
        line.close()
    book = line.office.folder / BOOK_FILE
    assert is_encrypted(str(book))
    verified = verify(str(book), apply, key=key_of_book(book))
    assert (verified.payloads_kept, verified.payloads_erased) == (2, 2)
    on_disk = b"".join(one.read_bytes() for one in line.office.folder.iterdir() if one.is_file())
    for person in people(2):
        assert person.nik.reveal().encode() not in on_disk and person.name.encode() not in on_disk


def test_the_key_file_is_taken_where_there_is_one(tmp_path: Path) -> None:
    made = create_key(tmp_path / "station.key", STATION, Hand.STATION, None)
    (tmp_path / TOKEN_FILE).write_text("not looked at")
    assert load_station_key(tmp_path, None).key_id == made.key_id


@pytest.mark.parametrize("there", [True, False])
def test_without_either_the_missing_file_is_named(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / TOKEN_FILE).write_text("{}")
        (tmp_path / TOKEN_FILE).chmod(0o600)
    with pytest.raises(Refused) as caught:
        load_station_key(tmp_path, None)
    assert caught.value.refusal is Refusal.BAD_FILE
    assert str(caught.value.facts["file"]).endswith(TOKEN_FILE if there else "station.key")

"""Bringing a file of print-ready records to the hub (pengimporan rekaman): row by row, and again without harm.

Every good row becomes one ask, signed by the importing officer: until the registry signs,
that is who answers for it, and reports say "signed at import" (rule 42). Ids and times stand
in the journal before anything leaves; after a lost link the same rows are the same asks.

An ask the hub finds too old was never taken, else the hub would have known its id. It keeps
its id and gets a new time, once.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from attrs import field, frozen

from ektp_cli.asking import new_id, now_ms, signed_ask
from ektp_cli.sent_journal import Sent, SentJournal
from ektp_cli.whole_file import read_whole
from ektp_core.boundary.signer import Signer
from ektp_core.boundary.uplink import AskReply, AskTaken, Uplink, UplinkError
from ektp_core.errors import Refusal, Refused
from ektp_core.vocabulary.prr import to_payload
from ektp_core.wire.asks import EnterRecord
from ektp_data.csv_records import LIMIT_BYTES, BadRow, Batch, Row, read_records
from ektp_data.regions import load_regions

#: Rows sent at once: small enough that a bar moves and a broken line costs little.
AT_ONCE = 50

Progress = Callable[[int, int], None]


@frozen
class EnteredRow:
    """A row the hub has: its line in the file and the number of its record."""

    line: int
    record: str


@frozen
class RefusedRow:
    """A row the hub refused: its line in the file, and why."""

    line: int
    refused: Refused


@frozen
class Imported:
    """What came of a file.

    Attributes:
        entered, repeated: rows taken now, and rows that had been taken before.
        twice: rows of persons whom another office recorded first; a line to be judged, no record (rule 2).
        refused: rows the hub refused.
        bad: rows that were not sent, because nothing can be made of them.
        warned: good rows with something odd about them.
        unsent: how many rows were not answered when the line broke, and what broke it.
    """

    entered: tuple[EnteredRow, ...] = ()
    repeated: tuple[EnteredRow, ...] = ()
    twice: tuple[EnteredRow, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    bad: tuple[BadRow, ...] = ()
    warned: tuple[Row, ...] = field(default=(), repr=False)
    unsent: int = 0
    broken: UplinkError | None = None


def journal_of(path: Path) -> Path:
    """Where the journal of a file stands unless somebody says otherwise."""
    return path.with_name(f"{path.name}.sent.jsonl")


def read_file(path: Path) -> Batch:
    """The rows of a file.

    Raises:
        Refused: BAD_FILE naming the file.
    """
    data = read_whole(path, LIMIT_BYTES, "a file to read")
    try:
        return read_records(data, load_regions())
    except Refused as refused:
        raise Refused(refused.refusal, {**refused.facts, "file": str(path)}) from None


def import_file(
    hub: Uplink,
    path: Path,
    signer: Signer,
    office: str,
    *,
    purpose: str = "",
    journal: Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Read a file and bring its good rows to the hub.

    Raises:
        Refused: BAD_FILE for a file or journal that cannot be used; nothing was sent.
    """
    batch = read_file(path)
    sent = SentJournal.open(journal or journal_of(path), signer)
    return send_batch(hub, batch, sent, signer, office, purpose=purpose, progress=progress)


def send_batch(
    hub: Uplink,
    batch: Batch,
    journal: SentJournal,
    signer: Signer,
    office: str,
    *,
    purpose: str = "",
    progress: Progress | None = None,
) -> Imported:
    """Bring the good rows of a file to the hub, a few at a time; a broken line ends it early."""
    sending = _Sending(hub, journal, signer, office, purpose)
    answered: list[tuple[int, AskReply]] = []
    broken = None
    for rows in _slices(batch.rows):
        try:
            replies = sending.send(rows)
        except UplinkError as error:
            broken = error
            break
        answered += zip((row.line for row in rows), replies, strict=True)
        if progress:
            progress(len(answered), len(batch.rows))
    return _sorted_out(batch, answered, broken)


@frozen
class _Sending:
    """One import: where to, from whom, for which office."""

    hub: Uplink
    journal: SentJournal
    signer: Signer
    office: str
    purpose: str = ""

    def send(self, rows: Sequence[Row]) -> list[AskReply]:
        """One reply a row; what is only too old is sent once more with a new time."""
        replies = list(self._sent(rows))
        late = [place for place, reply in enumerate(replies) if _is_stale(reply)]
        if late:
            again = self._sent([rows[place] for place in late], renewed=True)
            for place, reply in zip(late, again, strict=True):
                replies[place] = reply
        return replies

    def _sent(self, rows: Sequence[Row], renewed: bool = False) -> Sequence[AskReply]:
        records = [to_payload(row.record) for row in rows]
        new: dict[bytes, Sent] = {}
        asks: list[tuple[bytes, Sent]] = []
        for record in records:
            about = self.office.encode() + b"\0" + record
            known = self.journal.find(about)
            if known is None or renewed:
                known = new[about] = Sent(known.id if known else new_id(), now_ms())
            asks.append((record, known))
        if new:
            self.journal.keep(new)
        return self.hub.ask([self._envelope(record, sent) for record, sent in asks])

    def _envelope(self, record: bytes, sent: Sent) -> bytes:
        body = EnterRecord(self.office, record.decode(), sent.at_ms, self.purpose)
        return signed_ask(body, [self.signer], sent.id, sent.at_ms)


def _is_stale(reply: AskReply) -> bool:
    return isinstance(reply, Refused) and reply.refusal is Refusal.STALE


def _sorted_out(batch: Batch, answered: Sequence[tuple[int, AskReply]], broken: UplinkError | None) -> Imported:
    taken = [(reply, line) for line, reply in answered if isinstance(reply, AskTaken)]
    records = [(reply.is_first, EnteredRow(line, _record(reply, "Entered"))) for reply, line in taken]
    return Imported(
        entered=tuple(row for is_first, row in records if is_first and row.record),
        repeated=tuple(row for is_first, row in records if not is_first and row.record),
        twice=tuple(EnteredRow(line, first) for reply, line in taken if (first := _record(reply, "DuplicateNoted"))),
        refused=tuple(RefusedRow(line, reply) for line, reply in answered if isinstance(reply, Refused)),
        bad=batch.bad,
        warned=tuple(row for row in batch.rows if row.warnings),
        unsent=len(batch.rows) - len(answered),
        broken=broken,
    )


def _record(reply: AskTaken, kind: str) -> str:
    """The record that the reply's event of this kind names, if there is one."""
    return next((str(event["record"]) for event in reply.events if event.get("kind") == kind), "")


def _slices(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]

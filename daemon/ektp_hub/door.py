"""The door of the hub (pintu pusat): signed bytes become work to be decided, or a refusal.

Here signatures are checked, and here a citizen's number ends: a print-ready record and the
lines of a spoilage report leave as keyed hashes, and the envelope they came in is kept as an
erasable payload. Nothing else may carry sixteen digits in a row, so that no number gets into
the log by way of a remark. What was asked, and whether the signers may ask it, is decided
further in; no file, clock or socket is known here.

*Late asks.* An ask older than the policy allows must be refused, but not when it is the exact
repeat of one that was accepted: its sender only never heard the answer. Only the book knows
which it is. So a late ask passes with `Late` in place of its body: the store answers a known
id before anything is decided, and `HubDecider` refuses every other one.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
from attrs import frozen

from ektp_core.boundary.signer import Verifier
from ektp_core.boundary.store import Payload, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.ask import Ask, Late
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.imported import EnterLocked
from ektp_core.flow.printing import Enter
from ektp_core.flow.proposals import Propose
from ektp_core.flow.reporting import FileReport
from ektp_core.flow.rows import Chip, Contact, Key, LostStation
from ektp_core.flow.view import View
from ektp_core.spoilage.report import Line
from ektp_core.vocabulary.nik import Nik, may_hold_nik
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.prr import from_payload
from ektp_core.vocabulary.region import RegionLevel, Regions
from ektp_core.vocabulary.role import Hand
from ektp_core.vocabulary.uid import checked_uid
from ektp_core.vocabulary.verdict import Cause
from ektp_core.wire.asks import HUB, EnterLockedRecord, EnterRecord, ReportLine, SpoilageReport, read_ask
from ektp_core.wire.envelope import LIMIT_BYTES, Opened, PayloadType, check_addressee, check_fresh, open_envelope
from ektp_core.wire.letters import OldCardEntry, SuketEntry
from ektp_core.wire.proposals import ProposalList
from ektp_core.wire.release import ReleaseByCode
from ektp_core.wire.upload import FORMAT, Fetch, read_fetch, read_upload
from ektp_hub.paper_door import letter_of, old_card_of
from ektp_hub.question_door import lines_of
from ektp_hub.release_door import NOTED, release_work
from ektp_hub.step import ChainArrived
from ektp_keys.entropy import Entropy
from ektp_keys.payload_box import lock_payload
from ektp_keys.pseudonym import Pseudonyms
from ektp_keys.public_keys import BookKeys
from ektp_keys.release_code import Agree

UPLOAD_LIMIT_BYTES = 16 * 1024 * 1024
FETCH_LIMIT_BYTES = 16 * 1024

_NUMBER_OF_A_CITIZEN = re.compile(r"(?<![0-9A-Za-z])[0-9]{16}(?![0-9A-Za-z])")
_ADDRESSEE_LENGTH = 64

#: Ids the hub gives its own asks; somebody else's use of one would keep the hub from its work.
RESERVED = ("auto/", "founding", NOTED)


@frozen
class Fetched:
    """A fetch whose envelope the station itself signed, and its public key."""

    fetch: Fetch
    public: bytes


def _even_withdrawn(view: View) -> Verifier:
    return BookKeys(view, even_withdrawn=True)


def _not_looked_up(_seq: int) -> int:
    return 0


@frozen
class Door:
    """Opens what arrives.

    Attributes:
        entropy: where the keys of payloads come from.
        verifier: who checks signatures, given the book; by default the keys of the book.
        evidence: the same for a station's chain, where a withdrawn key's work is evidence.
        sealed_ms: when a position of the book was sealed, 0 where that is not known.
        agree: the hub's key, for the codes that stations read out; without it none is taken.
    """

    pseudonyms: Pseudonyms
    regions: Regions
    entropy: Entropy
    verifier: Callable[[View], Verifier] = BookKeys
    evidence: Callable[[View], Verifier] = _even_withdrawn
    sealed_ms: Callable[[int], int] = _not_looked_up
    agree: Agree | None = None

    def open_ask(self, raw: bytes, view: View, now_ms: int) -> Work | Refused:
        """The work an envelope asks for; a refusal is given back, since others stand in the same request."""
        try:
            return self._ask(raw, view, now_ms)
        except Refused as refused:
            return refused

    def open_upload(self, raw: bytes, view: View, request: int) -> ChainArrived:
        """Commits of a station's chain, signed by the station they name.

        Raises:
            Refused: OVERSIZED, MALFORMED, UNKNOWN_KEY, REVOKED_KEY, BAD_SIGNATURE, NOT_ALLOWED.
        """
        opened = open_envelope(raw, PayloadType.CHAIN, self.evidence(view), UPLOAD_LIMIT_BYTES)
        upload = read_upload(opened.payload)
        key = _own_key(view, opened, upload.station)
        contact = view.row(Contact, upload.station)
        is_kept = view.row(LostStation, upload.station) or (contact and contact.key)
        if key.revoked and not is_kept:
            raise Refused(Refusal.REVOKED_KEY, {"key": key.key})  # of a lost or re-enrolled one it is kept (rule 21)
        return ChainArrived(request, upload, opened.key_ids)

    def open_fetch(self, raw: bytes, view: View, now_ms: int) -> Fetched:
        """What a station wants to fetch, asked just now and by itself.

        Raises:
            Refused: as `open_upload`, and STALE.
        """
        opened = open_envelope(raw, PayloadType.FETCH, self.verifier(view), FETCH_LIMIT_BYTES)
        fetch = read_fetch(opened.payload)
        if fetch.v != FORMAT:
            raise Refused(Refusal.MALFORMED, {"field": "fetch.v", "expected": str(FORMAT), "shape": "another"})
        key = _own_key(view, opened, fetch.station)
        check_fresh(fetch.at_ms, now_ms, policy_in_force(view).message_ms)
        return Fetched(fetch, key.public)

    def _ask(self, raw: bytes, view: View, now_ms: int) -> Work:
        opened = open_envelope(raw, PayloadType.ASK, self.verifier(view), LIMIT_BYTES)
        message, body = read_ask(opened.payload)
        check_addressee(message.to[:_ADDRESSEE_LENGTH], HUB)
        if _NUMBER_OF_A_CITIZEN.search(message.id):  # made by a machine: only the bare number is looked for
            raise _bad("id", "it holds sixteen digits, as a NIK does", "text without a citizen's number")
        if message.id.startswith(RESERVED):
            expected = "an id that does not begin with auto/, founding or wrong-code/"
            raise _bad("id", "one of the hub's own ids", expected)
        limit_ms = policy_in_force(view).message_ms
        try:
            check_fresh(message.at_ms, now_ms, limit_ms)
        except Refused as stale:
            return Work(Ask(message.id, Late(stale), opened.key_ids, now_ms, opened.digest))
        if isinstance(body, ReleaseByCode):
            _no_citizen_in(message.kind, body)
            return release_work(view, Ask(message.id, body, opened.key_ids, now_ms, opened.digest), body, self.agree)
        translated = self._translated(body, opened, view, now_ms + limit_ms)
        _no_citizen_in(message.kind, translated)
        ask = Ask(message.id, translated, opened.key_ids, now_ms, opened.digest)
        return Work(ask, () if translated is body else (self._payload(raw, opened),))

    def _payload(self, raw: bytes, opened: Opened) -> Payload:
        """The whole envelope: the station checks the signature over the record again before it prints."""
        return lock_payload(raw, opened.digest, self.entropy)

    def _translated(self, body: Any, opened: Opened, view: View, latest_ms: int) -> Any:
        match body:
            case EnterRecord():
                return self._enter(body, opened.digest, latest_ms)
            case EnterLockedRecord():
                same = self._enter(EnterRecord(body.office, body.record, body.checked_ms), opened.digest, latest_ms)
                known = {one.name: getattr(same, one.name) for one in attrs.fields(EnterLocked) if one.name != "status"}
                return EnterLocked(status=body.status, **known)
            case SuketEntry():
                return letter_of(body, self.pseudonyms, self.regions)
            case OldCardEntry():
                return old_card_of(body, self.pseudonyms)
            case SpoilageReport():
                return self._report(body, view)
            case ProposalList():
                return Propose(body.proposal, body.office, lines_of(body, self.pseudonyms))
            case _:
                return body

    def _enter(self, body: EnterRecord, digest: bytes, latest_ms: int) -> Enter:
        office = PartyId.parse(body.office, "office")
        if office.region:
            self.regions.require(office.region, "office")
        if body.checked_ms > latest_ms:  # a check dated far ahead would stay fresh for ever
            raise _bad("checked_ms", "in the future", "the time of the registry's last check")
        record = from_payload(body.record.encode())
        self.regions.require(str(record.village), "village")  # rule 41
        letter_date = record.previous_letter_date
        return Enter(
            body.office,
            self.pseudonyms.person(record.nik.reveal()),
            digest,
            record.reason,
            record.previous,
            record.previous_letter,
            letter_date.isoformat() if letter_date else "",
            body.checked_ms,
            str(record.village.cut(RegionLevel.REGENCY)),
            body.purpose,
        )

    def _report(self, body: SpoilageReport, view: View) -> FileReport:
        lines = tuple(self._line(line, f"lines[{index}]", view) for index, line in enumerate(body.lines))
        paper = (body.paper, body.paper_date)
        cut_ms = self.sealed_ms(body.cut_seq)
        return FileReport(
            body.report, body.allotment, body.cut_seq, body.columns, lines, body.is_final, *paper, cut_ms=cut_ms
        )

    def _line(self, line: ReportLine, name: str, view: View) -> Line:
        person = self.pseudonyms.person(Nik.parse(line.nik, f"{name}.nik").reveal()).hex() if line.nik else ""
        series, number = _blank(line, name, view)
        if line.cause not in {cause.value for cause in Cause}:
            raise _bad(f"{name}.cause", "not one of the list", ", ".join(cause.value for cause in Cause if cause.value))
        return Line(series, number, person, "", line.n, line.cause, line.is_lost)


def _blank(line: ReportLine, name: str, view: View) -> tuple[str, int]:
    """The blank of a line, by its serial or by its chip."""
    if not line.uid:
        return line.series, line.number
    chip = view.row(Chip, checked_uid(line.uid, f"{name}.uid"))
    if chip is None:
        raise _bad(f"{name}.uid", "a chip nobody here knows", "a chip of this allotment, or the printed serial")
    if line.number and (line.series, line.number) != (chip.series, chip.number):
        raise _bad(f"{name}.uid", "the chip of another blank", "chip and serial of one blank")
    return chip.series, chip.number


def _own_key(view: View, opened: Opened, station: str) -> Key:
    """The station's own key among those that signed."""
    keys = [view.row(Key, key_id) for key_id in opened.key_ids]
    for key in keys:
        if key and (key.hand, key.owner) == (Hand.STATION, station):
            return key
    who = keys[0].owner if keys and keys[0] else "nobody"
    raise Refused(Refusal.NOT_ALLOWED, {"who": who, "needs": "the station's own key"})


def _no_citizen_in(name: str, body: object) -> None:
    for place, text in _texts(name, body):
        if _NUMBER_OF_A_CITIZEN.search(text) or may_hold_nik(text):
            raise _bad(place, "it holds sixteen digits, as a NIK does", "text without a citizen's number")


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text in a body, with the name of its field."""
    kind: type[Any] = type(value)
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _texts(f"{name}[{index}]", one)
    elif attrs.has(kind):
        for one in attrs.fields(kind):
            yield from _texts(f"{name}.{one.name}", getattr(value, one.name))


def _bad(name: str, shape: str, expected: str) -> Refused:
    return Refused(Refusal.BAD_VALUE, {"field": name, "shape": shape, "expected": expected})

"""Where a counter's question comes in (pertanyaan loket di pintu pusat): rules 20 and 34.

An officer or a station asks about one person, just now, in a signed message. The citizen's number
becomes a keyed hash here. An office learns of its own people, and of another's only whom to call;
the centre and the auditor learn of all.
"""

from attrs import frozen

from ektp_core.flow.ask import Ask
from ektp_core.flow.counter_answer import CounterAnswer
from ektp_core.flow.counter_at_hub import why_at_hub
from ektp_core.flow.founding import policy_in_force
from ektp_core.flow.permits import PERMITS, Act
from ektp_core.flow.signers import Signers, require
from ektp_core.flow.view import View
from ektp_core.vocabulary.nik import Nik
from ektp_core.vocabulary.party import PartyId
from ektp_core.vocabulary.role import Hand, Role
from ektp_core.wire.envelope import PayloadType, check_fresh, open_envelope
from ektp_core.wire.proposals import ProposalList
from ektp_core.wire.question import read_question
from ektp_keys.pseudonym import Pseudonyms
from ektp_keys.public_keys import BookKeys

LIMIT_BYTES = 16 * 1024

_SEE_ALL = frozenset({Role.CENTRE_VERIFIER, Role.CENTRE_STORE, Role.AUDITOR})


@frozen
class Answered:
    """An answer, and who asked: for the log, which names no person."""

    answer: CounterAnswer
    key: str
    office: str


def answered(raw: bytes, view: View, pseudonyms: Pseudonyms, now_ms: int) -> Answered:
    """The answer to a question.

    Raises:
        Refused: OVERSIZED, MALFORMED, UNKNOWN_KEY, REVOKED_KEY, BAD_SIGNATURE, STALE, NOT_ALLOWED, BAD_NIK.
    """
    opened = open_envelope(raw, PayloadType.QUESTION, BookKeys(view), LIMIT_BYTES)
    question = read_question(opened.payload)
    check_fresh(question.at_ms, now_ms, policy_in_force(view).message_ms)
    who = require(view, Ask("", None, opened.key_ids, now_ms, opened.digest), PERMITS[Act.ASK_WHY])
    office = _office_of(who)
    person = pseudonyms.person(Nik.parse(question.nik).reveal())
    return Answered(why_at_hub(view, person, office, now_ms), opened.key_ids[0], office)


def _office_of(who: Signers) -> str:
    """Whose counter asks; nothing for those who see all. One of an office among the signers binds all of them."""
    for key in who.keys:
        if key.hand is Hand.STATION:
            return PartyId(key.owner).home.value
    units = [one.unit for one in who.officers if not _SEE_ALL & set(one.roles)]
    return units[0] if units else ""


def lines_of(body: ProposalList, pseudonyms: Pseudonyms) -> tuple[tuple[bytes, str], ...]:
    """The lines of a district's list, without the citizens' numbers. Raises BAD_NIK naming the line."""
    return tuple(
        (pseudonyms.person(Nik.parse(line.nik, f"lines[{number}].nik").reveal()), line.why)
        for number, line in enumerate(body.lines, 1)
    )

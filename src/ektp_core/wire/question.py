"""A question of the counter (pertanyaan loket): whose card, asked by an officer or a station (rules 20 and 34).

The citizen's number stands in the signed body and nowhere else; the answer names no person.
"""

from attrs import field, frozen

from ektp_core.errors import Fact, Refusal, Refused
from ektp_core.flow.codec import from_json, to_json
from ektp_core.flow.counter_answer import CounterAnswer, Why

FORMAT = 1


@frozen
class Question:
    """Why can the card of this person be printed now, or why not?"""

    v: int
    nik: str = field(repr=False)
    at_ms: int


@frozen
class _Answer:
    why: str
    record: str
    facts: dict[str, str | int]


def write_question(nik: str, at_ms: int) -> bytes:
    """The bytes of a question, to be signed."""
    return to_json(Question(FORMAT, nik, at_ms))


def read_question(raw: bytes) -> Question:
    """The question these bytes hold. Raises MALFORMED."""
    question = from_json(raw, Question, "question")
    if question.v != FORMAT:
        raise Refused(Refusal.MALFORMED, {"field": "question.v", "expected": str(FORMAT), "shape": "another"})
    return question


def answer_to_plain(answer: CounterAnswer) -> dict[str, object]:
    """An answer as plain values for JSON."""
    return {"why": answer.why.value, "record": answer.record, "facts": dict(answer.facts)}


def answer_from_plain(plain: object) -> CounterAnswer:
    """The answer in plain values.

    Raises:
        Refused: MALFORMED, also for a reason this version does not know.
    """
    found = from_json(to_json(plain), _Answer, "answer")
    known = {one.value: one for one in Why}
    if found.why not in known:
        raise Refused(
            Refusal.MALFORMED, {"field": "answer.why", "expected": "one of the known reasons", "shape": "another"}
        )
    facts: dict[str, Fact] = dict(found.facts)
    return CounterAnswer(known[found.why], found.record, facts)

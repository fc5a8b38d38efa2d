"""What whoever typed a wrong code is told (kode salah): the note of it was taken, and so he is refused (rule 19)."""

from ektp_core.boundary.store import Accepted, Answer, Work
from ektp_core.errors import Refusal, Refused
from ektp_core.flow.releasing import NoteWrongCode


def as_told(work: Work, answer: Answer) -> Answer:
    """The answer to whoever asked: a wrong code that was noted is a refusal."""
    body = work.ask.body
    if not isinstance(body, NoteWrongCode) or not isinstance(answer, Accepted):
        return answer
    return Refused(Refusal.WRONG_CODE, {"station": body.station, "record": body.record, "n": body.n})

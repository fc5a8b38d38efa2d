"""What a station says of its first card, fact by fact, honest as it stands here."""


from ektp_core.flow.events import Moved, Pressed, Received, Stepped
from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent, LockState, PressStep, Profile
from ektp_core.vocabulary.verdict import Certainty
from tests.core.flow.absorbing import RECORD, UIDS
from tests.core.flow.offices import NOW, ONE, PRINTER, SERIES

START = Stepped(RECORD, 1, LockEvent.START, LockState.IN_PRESS)
TO_MACHINE = Moved(SERIES, 1, 1, ONE, Bucket.STOCK, ONE, Bucket.IN_MACHINE, f"{RECORD}/1")
BEGUN = Pressed(RECORD, 1, PressStep.START, PRINTER, -1, SERIES, 1, at_ms=NOW, profile=Profile.NO_CHIP)
IN_PRESS = (START, TO_MACHINE, BEGUN)
MARK = Pressed(RECORD, 1, PressStep.INTENT_MARK, PRINTER)
INKED = (*IN_PRESS, MARK)
GOOD_SAID = Stepped(RECORD, 1, LockEvent.VERDICT_GOOD, LockState.PRINTED, certainty=Certainty.COUNTER_POSITION)
TO_GOOD = Moved(SERIES, 1, 1, ONE, Bucket.IN_MACHINE, ONE, Bucket.GOOD_HELD, f"{RECORD}/1")
READ = Pressed(RECORD, 1, PressStep.UID_BOUND, PRINTER, uid=UIDS[0])
RECEIVED = Received("I-1", ONE, ("operator", "verifier-2"))

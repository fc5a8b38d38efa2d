"""What an event of the print lock can lack (kekurangan bukti): one thing at a time, by name.

Everything is shown first (`ALL_SHOWN`); a lack is one change of it. They are made from the kinds of
events, not listed for each: every event can be of another attempt, every word of a station can
come from another one, all that two people sign can be signed by fewer, by two of one unit, by who
ran the attempt or made the report (rules 7, 15, 17, 25, 39). Whether a change really is a lack, the
oracle says. `other_ways` are changes that are none: fewer people where the chip was read, the
attempt named.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ektp_core.vocabulary.bucket import Bucket
from ektp_core.vocabulary.state import LockEvent
from ektp_testing.oracle import SETTLES, STATION_SAYS, TWO_PEOPLE, OracleRecord, Said, Signer

#: A name, and what is said otherwise.
Lack = tuple[str, Mapping[str, Any]]

STATION, OTHER_STATION = "station/52.03/1", "station/52.03/2"
PEOPLE = (Signer("Andi", "centre"), Signer("Budi", "region"))
_COLLEAGUE = Signer("Eko", "centre")
_UNKNOWN_BLANK = 9_999

#: Everything shown, everybody asked; `blank` and `report` are set for each event.
ALL_SHOWN = Said(
    station=STATION,
    registry=True,
    people=PEOPLE,
    operator="Citra",
    reporter="Dewi",
    free_blanks=1,
    in_time=True,
    position_and_counter=True,
    shows_good=True,
    before_ink=True,
    in_hand=True,
    station_is_done=True,
    report="digest",
    balances=True,
)

#: What is shown with one kind of event only.
_PROOFS: Mapping[LockEvent, tuple[Lack, ...]] = {
    LockEvent.ENTER: (("the registry did not sign", {"registry": False}),),
    LockEvent.ENTER_LOCKED: (("the registry did not sign", {"registry": False}),),
    LockEvent.AUTHORISE: (
        ("the station has no free blank", {"free_blanks": 0}),
        ("a hold lies on the record", {"is_held": True}),
        ("no station is named", {"station": ""}),
    ),
    LockEvent.START: (("the permission has ended", {"in_time": False}), ("no blank is named", {"blank": 0})),
    LockEvent.PROVE_NOT_FED: (("nothing shows that it was not fed", {"position_and_counter": False}),),
    LockEvent.VERDICT_GOOD: (("only bytes were accepted", {"shows_good": False}),),
    LockEvent.BLANK_FAILED: (
        ("there may be ink on the blank", {"before_ink": False}),
        ("the blank is not in hand", {"in_hand": False}),
    ),
    LockEvent.SETTLE_UNUSED: (("the station is not done with it", {"station_is_done": False}),),
    LockEvent.ACCEPT_REPORT: (
        ("the report does not balance", {"balances": False}),
        ("there is no report", {"report": ""}),
        ("nobody made the report", {"reporter": ""}),
    ),
    LockEvent.UNLOCK: (("it is another report", {"report": "another"}), ("there is no report", {"report": ""})),
}


def lacks(record: OracleRecord, event: LockEvent) -> Iterator[Lack]:
    """Everything that can be wrong with an event of this record, one thing at a time."""
    yield "it is of an older attempt", {"n": record.n - 1}
    yield "it is of an attempt to come", {"n": record.n + 1}
    if event in STATION_SAYS:
        yield "another station says it", {"station": OTHER_STATION}
        yield "no station says it", {"station": ""}
    if event in TWO_PEOPLE:
        yield from _wrong_people(record)
    if event in SETTLES:
        yield "no blank is named", {"blank": 0}
        yield "an unknown blank is named", {"blank": _UNKNOWN_BLANK}
    if event in SETTLES or event is LockEvent.START:
        yield from _wrong_blanks(record)
    yield from _PROOFS.get(event, ())


def _wrong_people(record: OracleRecord) -> Iterator[Lack]:
    one, other = PEOPLE
    yield "nobody signed", {"people": ()}
    yield "one person signed", {"people": (one,)}
    yield "one person signed twice", {"people": (one, one)}
    yield "one person signed for two units", {"people": (one, Signer(one.name, other.unit))}
    yield "both are of one unit", {"people": (one, _COLLEAGUE)}
    yield "nobody signed and the chip was read", {"people": (), "uid_read": True}
    yield "one person signed and the chip was read", {"people": (one,), "uid_read": True}
    for name, who in (("the operator", record.operator), ("the reporter", record.reporter)):
        if who:
            yield f"{name} signed", {"people": (Signer(who, one.unit), other)}
            yield f"{name} signed as a third", {"people": (one, other, Signer(who, "office"))}
            yield f"{name} signed alone and the chip was read", {"people": (Signer(who, "office"),), "uid_read": True}


def _wrong_blanks(record: OracleRecord) -> Iterator[Lack]:
    """Each blank the record ever took, by the bucket it lies in."""
    seen: set[Bucket] = set()
    for blank, bucket in record.blanks.items():
        if bucket not in seen and blank != record.bound:
            seen.add(bucket)
            yield f"the blank is in {bucket.name}", {"blank": blank}


def other_ways(record: OracleRecord, event: LockEvent) -> Iterator[Lack]:
    """Ways to say an event that are as good as the fullest one."""
    yield "the attempt is named", {"n": record.n}
    if event is LockEvent.SETTLE_GOOD:
        yield "one person signed and the chip was read", {"people": PEOPLE[:1], "uid_read": True}
    if event in TWO_PEOPLE:
        yield "three signed", {"people": (*PEOPLE, _COLLEAGUE)}
    if event in SETTLES:
        yield "the blank is named", {"blank": record.bound}
        yield "no blank is named", {"blank": 0}

"""The same movement with SQLAlchemy's ORM (lawan): what a team writes first, on the same file system.

A run of blanks is a row with first and last serial, party and bucket; a movement is a row with
its paper's reference; the asker's id is a unique column. The engine is set to WAL and
`synchronous=FULL` by a listener, as SQLAlchemy's page on SQLite shows. One session commits a
batch; its unit of work sends the new rows of one statement as one `executemany`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """The tables."""


class Run(Base):
    """Blanks lo..hi at one place."""

    __tablename__ = "run"
    __table_args__ = (CheckConstraint("lo <= hi + 1"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str]
    lo: Mapped[int]
    hi: Mapped[int]
    party: Mapped[str] = mapped_column(index=True)
    bucket: Mapped[int]
    blank_class: Mapped[str]


class Party(Base):
    """Somebody who can hold blanks."""

    __tablename__ = "party"
    party: Mapped[str] = mapped_column(primary_key=True)


class Officer(Base):
    """A key, and what its owner may do."""

    __tablename__ = "officer"
    key: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    is_revoked: Mapped[bool] = mapped_column(default=False)


class Movement(Base):
    """One run from one place to another, once for each id."""

    __tablename__ = "movement"
    id: Mapped[int] = mapped_column(primary_key=True)
    ask_id: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[bytes]
    reference: Mapped[str]
    series: Mapped[str]
    lo: Mapped[int]
    hi: Mapped[int]
    party: Mapped[str]
    bucket: Mapped[int]
    to_party: Mapped[str]
    to_bucket: Mapped[int]


class Desk:
    """One session factory on a file."""

    def __init__(self, path: Path) -> None:
        self.engine = create_engine(f"sqlite:///{path}")

        @event.listens_for(self.engine, "connect")
        def settings(connection: Any, record: object) -> None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")

        Base.metadata.create_all(self.engine)

    def open(self, blanks: int, parties: Sequence[str], key: str) -> None:
        with Session(self.engine) as session, session.begin():
            session.add(Officer(key=key, role="storekeeper"))
            session.add_all([Party(party=party) for party in parties])
            session.add_all(
                [
                    Run(series="PNRI-2018", lo=n * blanks + 1, hi=(n + 1) * blanks, party=party, bucket=1, blank_class="v5")
                    for n, party in enumerate(parties)
                ]
            )

    def move(self, asks: list[tuple[str, bytes, str, str, str, int, str]]) -> int:
        """Move one blank for each (id, digest, key, giver, receiver, serial, reference), all in one transaction."""
        with Session(self.engine) as session, session.begin():
            for ask_id, digest, key, party, to_party, number, reference in asks:
                officer = session.get(Officer, key)
                if officer is None or officer.is_revoked or officer.role != "storekeeper":
                    raise ValueError("not allowed")
                if session.get(Party, to_party) is None:
                    raise ValueError("an unknown party")
                if session.scalar(select(Movement.id).where(Movement.ask_id == ask_id)):
                    raise ValueError("asked before")
                source = session.scalars(select(Run).where(Run.party == party, Run.bucket == 1)).first()
                target = session.scalars(select(Run).where(Run.party == to_party, Run.bucket == 1)).first()
                if source is None or target is None or not source.lo == number <= source.hi or target.hi + 1 != number:
                    raise ValueError("not held")
                source.lo, target.hi = number + 1, number
                places = {"party": party, "bucket": 1, "to_party": to_party, "to_bucket": 1}
                what = {"reference": reference, "series": "PNRI-2018", "lo": number, "hi": number}
                session.add(Movement(ask_id=ask_id, digest=digest, **what, **places))
        return len(asks)

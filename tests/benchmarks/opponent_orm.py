"""The same movement with SQLAlchemy's ORM (lawan): what a team writes first, on the same file system.

A run of blanks is a row with first and last serial, party and bucket; a movement is a row; an
allotment is a row; the asker's id is a unique column. The engine is set to WAL and
`synchronous=FULL` by a listener, as SQLAlchemy's page on SQLite shows. One session commits a
batch; new rows are given to it together (`add_all`), so that it sends them as one `executemany`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, create_engine, event, select
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


class Allotment(Base):
    """Blanks granted to an office."""

    __tablename__ = "allotment"
    name: Mapped[str] = mapped_column(primary_key=True)
    party: Mapped[str]
    blank_class: Mapped[str]
    count: Mapped[int]
    paper: Mapped[str]
    paper_date: Mapped[str]


class Movement(Base):
    """One run from one place to another, once for each id."""

    __tablename__ = "movement"
    id: Mapped[int] = mapped_column(primary_key=True)
    ask_id: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[bytes]
    allotment: Mapped[str] = mapped_column(ForeignKey("allotment.name"))
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

    def open(self, blanks: int, parties: Iterable[str], key: str) -> None:
        with Session(self.engine) as session, session.begin():
            session.add_all(
                [
                    Run(series="PNRI-2018", lo=1, hi=blanks, party="centre", bucket=1, blank_class="v5"),
                    Run(series="PNRI-2018", lo=1, hi=0, party="centre", bucket=2, blank_class="v5"),
                    Officer(key=key, role="centre verifier"),
                    *(Party(party=party) for party in parties),
                ]
            )

    def grant(self, asks: list[tuple[str, bytes, str, str, str]]) -> int:
        """Grant one blank to each: (id of the ask, digest, key, allotment, party), all in one transaction."""
        with Session(self.engine) as session, session.begin():
            for ask_id, digest, key, name, party in asks:
                officer = session.get(Officer, key)
                if officer is None or officer.is_revoked or officer.role != "centre verifier":
                    raise ValueError("not allowed")
                if session.get(Party, party) is None:
                    raise ValueError("an unknown party")
                if session.scalar(select(Movement.id).where(Movement.ask_id == ask_id)):
                    raise ValueError("asked before")
                source = session.scalars(
                    select(Run).where(Run.party == "centre", Run.bucket == 1, Run.blank_class == "v5").order_by(Run.lo)
                ).first()
                target = session.scalars(select(Run).where(Run.party == "centre", Run.bucket == 2)).first()
                if source is None or target is None or source.lo > source.hi or target.hi + 1 != source.lo:
                    raise ValueError("too few blanks")
                lo = source.lo
                source.lo, target.hi = lo + 1, lo
                places = {"party": "centre", "bucket": 1, "to_party": "centre", "to_bucket": 2}
                session.add_all(
                    [
                        Allotment(name=name, party=party, blank_class="v5", count=1, paper="SK-1", paper_date="2018-11-19"),
                        Movement(ask_id=ask_id, digest=digest, allotment=name, series="PNRI-2018", lo=lo, hi=lo, **places),
                    ]
                )
        return len(asks)

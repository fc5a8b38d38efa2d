"""The tables of a book and what they refuse (skema buku): the schema checks, Python writes.

Events, seals and ids take no update and no delete. A movement is announced in `moving`
before it is applied, and its source must then be one run held there; a commit with an event
that moves blanks and was not announced is not sealed. Runs never overlap, and equal neighbours are
joined at every instant. At the seal the last movement of each serial in the commit must say
where the holding is, and per series held = taken in - given out; then `moving` is emptied.
None of this repeats the fold: triggers compare `moving` with `holding`. `total` and `moving`
are working notes: what they hold stands in the bytes of the events.

An id that is a UUID as text is kept as its 16 bytes (`ektp_store.ask_id`). `kept` holds only
what is dear to find again: the right edge of the tree, as it was at one of the last seals.
"""

from ektp_core.vocabulary.bucket import Bucket
from ektp_store.movement import MOVING_KINDS

#: "EKTP" in the file's header; other SQLite files are no books.
APPLICATION_ID = 0x454B5450

#: Raised with every change of the tables; a newer book is refused.
SCHEMA_VERSION = 1

_BUCKETS = ", ".join(str(int(bucket)) for bucket in Bucket)
_MOVING_KINDS = f"x'{min(MOVING_KINDS):02x}' AND x'{max(MOVING_KINDS):02x}'"  # one stretch: `movement` sees to it

_TABLES = f"""
CREATE TABLE event(seq INTEGER PRIMARY KEY, body BLOB NOT NULL, crc INTEGER NOT NULL) STRICT;
CREATE TABLE moving(
  seq INTEGER PRIMARY KEY, series TEXT NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL,
  party TEXT, bucket INTEGER, to_party TEXT, to_bucket INTEGER, CHECK(lo <= hi)) STRICT;
CREATE TABLE seal(
  n INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
  head BLOB NOT NULL, header BLOB NOT NULL,
  CHECK(first <= last)) STRICT;
CREATE TABLE asked(id ANY PRIMARY KEY, digest BLOB NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE holding(
  series TEXT NOT NULL, lo INTEGER NOT NULL, hi INTEGER NOT NULL, party TEXT NOT NULL, bucket INTEGER NOT NULL,
  blank_class TEXT NOT NULL, assumed INTEGER NOT NULL,
  PRIMARY KEY(series, lo), CHECK(lo <= hi), CHECK(bucket IN ({_BUCKETS})), CHECK(assumed IN (0, 1)))
  STRICT, WITHOUT ROWID;
CREATE INDEX holding_by_place ON holding(party, bucket, blank_class, series, lo);
CREATE TABLE row(key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE payload(digest BLOB PRIMARY KEY, key_id TEXT NOT NULL UNIQUE, ciphertext BLOB NOT NULL) STRICT;
CREATE TABLE payload_key(key_id TEXT PRIMARY KEY REFERENCES payload(key_id), key BLOB NOT NULL) STRICT;
CREATE TABLE link(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE kept(one INTEGER PRIMARY KEY CHECK(one = 1), n INTEGER NOT NULL, frontier BLOB NOT NULL) STRICT;
CREATE TABLE total(
  series TEXT PRIMARY KEY, taken INTEGER NOT NULL, given INTEGER NOT NULL, held INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
"""

_APPEND_ONLY = "".join(
    f"""
CREATE TRIGGER {table}_no_{change} BEFORE {change} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
    for table in ("event", "seal", "asked")
    for change in ("UPDATE", "DELETE")
)

# A replacing insert is no delete to a trigger, so what is there already is looked for.
_IN_ORDER = """
CREATE TRIGGER event_follows BEFORE INSERT ON event
BEGIN
  SELECT RAISE(ABORT, 'an event must follow the last one; event is append-only')
    WHERE NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM event);
END;
CREATE TRIGGER asked_once BEFORE INSERT ON asked
BEGIN
  SELECT RAISE(ABORT, 'an id is noted once; asked is append-only')
    WHERE EXISTS(SELECT 1 FROM asked WHERE id = NEW.id);
END;
"""

# The last run that begins at or before a serial: the only one that can hold it.
_RUN_AT = "(SELECT hi, party, bucket FROM holding WHERE series = {series} AND lo <= {at} ORDER BY lo DESC LIMIT 1)"
_RUN_AT_NEW_LO = _RUN_AT.format(series="NEW.series", at="NEW.lo")
_RUN_AT_NEW_HI = _RUN_AT.format(series="NEW.series", at="NEW.hi")

_MOVEMENTS = f"""
CREATE TRIGGER moving_leaves_its_place BEFORE INSERT ON moving WHEN NEW.party IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'a movement must start from one run held there') WHERE NOT EXISTS(
    SELECT 1 FROM {_RUN_AT_NEW_LO} WHERE hi >= NEW.hi AND party = NEW.party AND bucket = NEW.bucket);
END;
CREATE TRIGGER moving_comes_in BEFORE INSERT ON moving WHEN NEW.party IS NULL
BEGIN
  SELECT RAISE(ABORT, 'serials taken in are in the book already') WHERE EXISTS(
    SELECT 1 FROM {_RUN_AT_NEW_HI} WHERE hi >= NEW.lo);
END;
CREATE TRIGGER moving_counts_in AFTER INSERT ON moving WHEN NEW.party IS NULL
BEGIN
  INSERT INTO total VALUES(NEW.series, NEW.hi - NEW.lo + 1, 0, 0)
    ON CONFLICT(series) DO UPDATE SET taken = taken + excluded.taken;
END;
CREATE TRIGGER moving_counts_out AFTER INSERT ON moving WHEN NEW.to_party IS NULL
BEGIN
  UPDATE total SET given = given + NEW.hi - NEW.lo + 1 WHERE series = NEW.series;
END;
"""  # noqa: S608  # made of constants

_SAME = "party = NEW.party AND bucket = NEW.bucket AND blank_class = NEW.blank_class AND assumed = NEW.assumed"

# The last run that begins before the new one ends is the only one it can overlap; if it does
# not, it is the neighbour on the left.
_HOLDINGS = f"""
CREATE TRIGGER holding_apart BEFORE INSERT ON holding
BEGIN
  SELECT CASE
      WHEN hi >= NEW.lo THEN RAISE(ABORT, 'runs overlap')
      WHEN hi = NEW.lo - 1 AND {_SAME} THEN RAISE(ABORT, 'equal neighbours are not joined') END
    FROM holding WHERE series = NEW.series AND lo <= NEW.hi ORDER BY lo DESC LIMIT 1;
  SELECT RAISE(ABORT, 'equal neighbours are not joined')
    FROM holding WHERE series = NEW.series AND lo = NEW.hi + 1 AND {_SAME};
END;
CREATE TRIGGER holding_counted AFTER INSERT ON holding
BEGIN
  INSERT INTO total VALUES(NEW.series, 0, 0, NEW.hi - NEW.lo + 1)
    ON CONFLICT(series) DO UPDATE SET held = held + excluded.held;
END;
CREATE TRIGGER holding_uncounted AFTER DELETE ON holding
BEGIN
  UPDATE total SET held = held - (OLD.hi - OLD.lo + 1) WHERE series = OLD.series;
END;
CREATE TRIGGER holding_stays BEFORE UPDATE OF series, party, bucket, blank_class, assumed ON holding
BEGIN SELECT RAISE(ABORT, 'a run is removed and inserted elsewhere; only its ends are updated'); END;
CREATE TRIGGER holding_ends BEFORE UPDATE OF lo, hi ON holding
BEGIN
  SELECT CASE
      WHEN hi >= NEW.lo THEN RAISE(ABORT, 'runs overlap')
      WHEN hi = NEW.lo - 1 AND {_SAME} THEN RAISE(ABORT, 'equal neighbours are not joined') END
    FROM holding WHERE series = NEW.series AND lo <= NEW.hi AND lo <> OLD.lo ORDER BY lo DESC LIMIT 1;
  SELECT RAISE(ABORT, 'equal neighbours are not joined')
    FROM holding WHERE series = NEW.series AND lo = NEW.hi + 1 AND {_SAME};
  UPDATE total SET held = held + (NEW.hi - NEW.lo) - (OLD.hi - OLD.lo) WHERE series = NEW.series;
END;
"""  # noqa: S608  # made of constants

_RUN_AT_E_LO = _RUN_AT.format(series="e.series", at="e.lo")
_RUN_AT_E_HI = _RUN_AT.format(series="e.series", at="e.hi")
_RUN_AT_POINT = _RUN_AT.format(series="e.series", at="point.at")

# Where a wrong stretch inside e can begin: at its start, after a later movement, at a run, after a run.
_POINTS = """
  SELECT e.lo AS at
  UNION ALL SELECT f.hi + 1 FROM moving f
    WHERE f.seq > e.seq AND f.series = e.series AND f.hi + 1 BETWEEN e.lo AND e.hi
  UNION ALL SELECT h.lo FROM holding h WHERE h.series = e.series AND h.lo BETWEEN e.lo AND e.hi
  UNION ALL SELECT h.hi + 1 FROM holding h WHERE h.series = e.series AND h.lo <= e.hi AND h.hi + 1 BETWEEN e.lo AND e.hi
    AND h.lo >= coalesce((SELECT max(lo) FROM holding WHERE series = e.series AND lo <= e.lo), e.lo)
"""

_SEALS = f"""
CREATE TRIGGER seal_follows BEFORE INSERT ON seal
BEGIN
  SELECT RAISE(ABORT, 'a seal must follow the last one; seal is append-only') WHERE
    NEW.n <> (SELECT coalesce(max(n), 0) + 1 FROM seal)
    OR NEW.first <> coalesce((SELECT last FROM seal WHERE n = NEW.n - 1), 0) + 1
    OR NEW.last <> (SELECT max(seq) FROM event)
    OR EXISTS(SELECT 1 FROM moving WHERE seq NOT BETWEEN NEW.first AND NEW.last);
  SELECT RAISE(ABORT, 'an event that moves blanks must be announced in moving') WHERE EXISTS(
    SELECT 1 FROM event e WHERE e.seq >= NEW.first AND substr(e.body, 2, 1) BETWEEN {_MOVING_KINDS}
      AND NOT EXISTS(SELECT 1 FROM moving WHERE seq = e.seq));
  SELECT RAISE(ABORT, 'blanks held are not blanks taken in less blanks given out') WHERE EXISTS(
    SELECT 1 FROM total WHERE held <> taken - given);
  SELECT RAISE(ABORT, 'a holding is not where its last movement put it') WHERE EXISTS(
    SELECT 1 FROM moving e WHERE
      NOT EXISTS(
        SELECT 1 FROM {_RUN_AT_E_LO} WHERE hi >= e.hi AND party = e.to_party AND bucket = e.to_bucket)
      AND NOT (e.to_party IS NULL AND NOT EXISTS(SELECT 1 FROM {_RUN_AT_E_HI} WHERE hi >= e.lo))
      AND NOT EXISTS(
        SELECT 1 FROM moving f WHERE f.seq > e.seq AND f.series = e.series AND f.lo <= e.lo AND f.hi >= e.hi)
      AND EXISTS(
        SELECT 1 FROM ({_POINTS}) AS point
        WHERE NOT EXISTS(
            SELECT 1 FROM moving f WHERE f.seq > e.seq AND f.series = e.series AND point.at BETWEEN f.lo AND f.hi)
          AND CASE WHEN e.to_party IS NULL
            THEN EXISTS(SELECT 1 FROM {_RUN_AT_POINT} WHERE hi >= point.at)
            ELSE NOT EXISTS(
              SELECT 1 FROM {_RUN_AT_POINT} WHERE hi >= point.at AND party = e.to_party AND bucket = e.to_bucket)
            END));
END;
CREATE TRIGGER seal_done AFTER INSERT ON seal BEGIN DELETE FROM moving; END;
"""  # noqa: S608  # made of constants

SCHEMA = _TABLES + _APPEND_ONLY + _IN_ORDER + _MOVEMENTS + _HOLDINGS + _SEALS

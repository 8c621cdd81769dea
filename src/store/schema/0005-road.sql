-- What was said to whom on the road out. What went well at the first try has no rows here: outbox.marks says when.
-- result: deferred, unknown, paused; refused, content, expired; delivered, after one of the first three
CREATE TABLE attempt (outbox_id INTEGER NOT NULL REFERENCES outbox, recipient_key INTEGER NOT NULL, at INTEGER NOT NULL,
  result TEXT NOT NULL, code INTEGER NOT NULL, status TEXT NOT NULL, reply TEXT NOT NULL) STRICT;
CREATE INDEX attempt_row ON attempt (outbox_id, recipient_key);
-- Ranges that were worked off: keys in (after_key, through_key], when the last of them went, and what the smarthost said to
-- each that it took: lines "FROM THROUGH CODE STATUS TEXT", together as zstd.
CREATE TABLE sent (outbox_id INTEGER NOT NULL REFERENCES outbox, through_key INTEGER NOT NULL,
  after_key INTEGER NOT NULL, at INTEGER NOT NULL, replies BLOB NOT NULL, PRIMARY KEY (outbox_id, through_key, at)) STRICT, WITHOUT ROWID;
-- Destinations that have had enough for now (4.7.28 and the like): nobody there is tried before `until`.
CREATE TABLE road_rest (domain TEXT PRIMARY KEY, until INTEGER NOT NULL, times INTEGER NOT NULL,
  reply TEXT NOT NULL) STRICT, WITHOUT ROWID;

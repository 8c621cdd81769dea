-- The archive: posts, threads that do not depend on the order of arrival, the search index.
CREATE TABLE thread (thread_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  token TEXT NOT NULL UNIQUE,                 -- of its thread address: 't' and 4 to 8 characters, one digit at least
  alias_of INTEGER REFERENCES thread,         -- the thread that took this one in, for ever
  created_at INTEGER NOT NULL) STRICT;
CREATE INDEX thread_alias ON thread (alias_of) WHERE alias_of IS NOT NULL;
CREATE TABLE message (id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  raw_id INTEGER NOT NULL REFERENCES raw, event INTEGER NOT NULL, filed_at INTEGER NOT NULL,
  imported INTEGER NOT NULL DEFAULT 0, msgid TEXT NOT NULL,   -- with angle brackets
  place INTEGER NOT NULL,                     -- which stands for space and msgid
  thread_id INTEGER NOT NULL REFERENCES thread, parent_id INTEGER, -- parent: a message of the same thread
  member_id INTEGER, from_name TEXT NOT NULL, from_address TEXT NOT NULL, subject TEXT NOT NULL,
  subject_base TEXT NOT NULL, date INTEGER NOT NULL, received_at INTEGER NOT NULL, size INTEGER NOT NULL,
  attachments INTEGER NOT NULL DEFAULT 0, question INTEGER NOT NULL DEFAULT 0,
  excerpt TEXT NOT NULL DEFAULT '', line_end TEXT NOT NULL DEFAULT 'crlf', body_sha256 BLOB,
  by_subject INTEGER NOT NULL DEFAULT 0,      -- 1: a reply that cites nothing, placed by its subject (RCV-21)
  scrubbed INTEGER NOT NULL DEFAULT 0         -- 1: a person was taken out of its octets (SUB-09): no copy takes its place
) STRICT;
CREATE UNIQUE INDEX message_place ON message (place);
CREATE INDEX message_thread ON message (thread_id, date);
CREATE INDEX message_window ON message (space_id, event);
CREATE INDEX message_date ON message (space_id, date);
CREATE INDEX message_attached ON message (space_id, date) WHERE attachments > 0;
CREATE INDEX message_author ON message (space_id, member_id, thread_id);
CREATE INDEX message_raw ON message (raw_id);
CREATE INDEX message_subject ON message (space_id, subject_base, date);
CREATE INDEX message_by_subject ON message (space_id, subject_base, date) WHERE by_subject = 1;
CREATE INDEX raw_plain ON raw (raw_id) WHERE block IS NULL;
-- Every message-id that was ever cited or filed in a space has a place, which names its thread. A place is a number made
-- of the two (store/place.c): ids are long, and each stands in many rows.
CREATE TABLE place (place INTEGER PRIMARY KEY, thread_id INTEGER NOT NULL REFERENCES thread) STRICT;
CREATE INDEX place_thread ON place (thread_id);
CREATE TABLE citation (id INTEGER NOT NULL REFERENCES message, position INTEGER NOT NULL, place INTEGER NOT NULL,
  PRIMARY KEY (id, position)) STRICT, WITHOUT ROWID;
CREATE INDEX citation_place ON citation (place);
-- Threads mended by hand: messages that must stand in one thread (together 1) or must not (0), whatever they cite.
CREATE TABLE mend (place INTEGER NOT NULL, other INTEGER NOT NULL, together INTEGER NOT NULL,
  PRIMARY KEY (place, other)) STRICT, WITHOUT ROWID;
CREATE INDEX mend_other ON mend (other);
-- What was indexed, exactly, as a zstd patch against its own raw octets, and by which language: needed to take it out again.
-- own: so many octets of it, from the beginning, are the author's own words.
CREATE TABLE message_text (id INTEGER PRIMARY KEY REFERENCES message, raw_id INTEGER NOT NULL,
  language TEXT NOT NULL, own INTEGER NOT NULL, patch BLOB NOT NULL) STRICT;
-- What ranks a hit beside the index. Small, for a search looks up as many of its rows as there are hits.
-- own_words: so many words of the indexed text are the author's own, the first ones.
CREATE TABLE message_rank (id INTEGER PRIMARY KEY REFERENCES message, date INTEGER NOT NULL,
  own_words INTEGER NOT NULL) STRICT;
-- The first and the last post that was ever filed in thirty days of a space (store/span.h).
CREATE TABLE message_span (space_id INTEGER NOT NULL REFERENCES space, month INTEGER NOT NULL, first_id INTEGER NOT NULL,
  last_id INTEGER NOT NULL, PRIMARY KEY (space_id, month)) STRICT, WITHOUT ROWID;
-- A language in front of a text tells the tokenizer (store/fts.h) by which rules its words are stemmed; names are not.
-- Own words and others stand in one column, the first, for each entry of another column costs two octets more; which is
-- which tells message_rank. Labels in front of an author tell the space, and whether there are attachments.
CREATE VIEW indexed (id, text, subject, author) AS
  SELECT m.id, char(1) || t.language || ' ' || t.own || char(1) ||
      gp_patch(gp_octets(b.coding, d.octets, coalesce(b.octets, r.octets), r.at, r.size), t.patch),
    char(1) || t.language || char(1) || m.subject,
    char(3) || 's' || m.space_id || CASE WHEN m.attachments > 0 THEN ' a' ELSE '' END || char(3) ||
      m.from_name || ' ' || m.from_address
    FROM message m JOIN message_text t ON t.id = m.id JOIN raw r ON r.raw_id = t.raw_id
    LEFT JOIN block b ON b.block_id = r.block LEFT JOIN dictionary d ON d.dictionary_id = b.dictionary;
CREATE VIRTUAL TABLE message_index USING fts5(text, subject, author, content='indexed', content_rowid='id',
  tokenize='guildpost', columnsize=0);           -- ranking needs no sizes but own_words
-- Octets of a page of the index: with little else they fill two pages of the database and a bit of a third.
INSERT INTO message_index (message_index, rank) VALUES ('pgsz', 4330);
-- Messages of an import that cannot be filed, whole. raw_id NULL: dropped; that it was here stays known.
CREATE TABLE aside (aside_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space, raw_id INTEGER REFERENCES raw,
  sha256 BLOB NOT NULL, size INTEGER NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL,
  UNIQUE (space_id, sha256)) STRICT;
CREATE INDEX aside_raw ON aside (raw_id) WHERE raw_id IS NOT NULL;

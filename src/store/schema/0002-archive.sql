-- The archive: posts, threads that do not depend on the order of arrival, the search index.
CREATE TABLE thread (thread_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  token TEXT NOT NULL UNIQUE,                 -- of its thread address: 't' and 4 to 8 characters, one digit at least
  alias_of INTEGER REFERENCES thread,         -- the thread that took this one in, for ever
  created_at INTEGER NOT NULL) STRICT;
CREATE INDEX thread_alias ON thread (alias_of) WHERE alias_of IS NOT NULL;
CREATE TABLE message (id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  raw_id INTEGER NOT NULL REFERENCES raw, event INTEGER NOT NULL, filed_at INTEGER NOT NULL,
  imported INTEGER NOT NULL DEFAULT 0, msgid TEXT NOT NULL,   -- with angle brackets
  thread_id INTEGER NOT NULL REFERENCES thread, parent_id INTEGER, -- parent: a message of the same thread
  member_id INTEGER, from_name TEXT NOT NULL, from_address TEXT NOT NULL, subject TEXT NOT NULL,
  subject_base TEXT NOT NULL, date INTEGER NOT NULL, received_at INTEGER NOT NULL, size INTEGER NOT NULL,
  attachments INTEGER NOT NULL DEFAULT 0, question INTEGER NOT NULL DEFAULT 0,
  excerpt TEXT NOT NULL DEFAULT '', line_end TEXT NOT NULL DEFAULT 'crlf', body_sha256 BLOB,
  by_subject INTEGER NOT NULL DEFAULT 0       -- 1: a reply that cites nothing, placed by its subject (RCV-21)
) STRICT;
CREATE UNIQUE INDEX message_msgid ON message (space_id, msgid);
CREATE INDEX message_thread ON message (thread_id, date);
CREATE INDEX message_window ON message (space_id, event);
CREATE INDEX message_date ON message (space_id, date);
CREATE INDEX message_author ON message (space_id, member_id, thread_id);
CREATE INDEX message_raw ON message (raw_id);
CREATE INDEX message_subject ON message (space_id, subject_base, date);
CREATE INDEX message_by_subject ON message (space_id, subject_base, date) WHERE by_subject = 1;
CREATE INDEX raw_plain ON raw (raw_id) WHERE block IS NULL;
-- Every message-id that was ever cited or filed here has a place, which names its thread.
CREATE TABLE place (space_id INTEGER NOT NULL, msgid TEXT NOT NULL, thread_id INTEGER NOT NULL REFERENCES thread,
  PRIMARY KEY (space_id, msgid)) STRICT, WITHOUT ROWID;
CREATE INDEX place_thread ON place (thread_id);
CREATE TABLE citation (id INTEGER NOT NULL REFERENCES message, position INTEGER NOT NULL, msgid TEXT NOT NULL,
  PRIMARY KEY (id, position)) STRICT, WITHOUT ROWID;
CREATE INDEX citation_msgid ON citation (msgid);
-- Threads mended by hand: messages that must stand in one thread (together 1) or must not (0), whatever they cite.
CREATE TABLE mend (space_id INTEGER NOT NULL, msgid TEXT NOT NULL, other TEXT NOT NULL, together INTEGER NOT NULL,
  PRIMARY KEY (space_id, msgid, other)) STRICT, WITHOUT ROWID;
CREATE INDEX mend_other ON mend (space_id, other);
-- What was indexed, exactly, as a zstd patch against its own raw octets, and by which language: needed to take it out again.
CREATE TABLE message_text (id INTEGER PRIMARY KEY REFERENCES message, raw_id INTEGER NOT NULL,
  language TEXT NOT NULL, own BLOB NOT NULL, rest BLOB NOT NULL) STRICT;
-- A language in front of a text tells the tokenizer (store/fts.h) by which rules its words are stemmed; names are not.
CREATE VIEW indexed (id, subject, author, own, rest) AS
  SELECT m.id, char(1) || t.language || char(1) || m.subject, m.from_name || ' ' || m.from_address,
    char(1) || t.language || char(1) ||
      gp_patch(gp_octets(b.coding, d.octets, coalesce(b.octets, r.octets), r.at, r.size), t.own),
    char(1) || t.language || char(1) ||
      gp_patch(gp_octets(b.coding, d.octets, coalesce(b.octets, r.octets), r.at, r.size), t.rest)
    FROM message m JOIN message_text t ON t.id = m.id JOIN raw r ON r.raw_id = t.raw_id
    LEFT JOIN block b ON b.block_id = r.block LEFT JOIN dictionary d ON d.dictionary_id = b.dictionary;
CREATE VIRTUAL TABLE message_index USING fts5(subject, author, own, rest, content='indexed', content_rowid='id',
  tokenize='guildpost');

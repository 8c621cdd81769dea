-- Issues: what each dated digest held.
CREATE TABLE issue (issue_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  number INTEGER NOT NULL, mode TEXT NOT NULL, timezone TEXT NOT NULL, language TEXT NOT NULL,
  due_at INTEGER NOT NULL,                    -- the promised instant
  from_event INTEGER NOT NULL, through_event INTEGER NOT NULL, -- the window is (from_event, through_event] ...
  reach TEXT NOT NULL,                        -- ... less what somebody had as copies in between: "10-14 20-31"
  posts INTEGER NOT NULL, threads INTEGER NOT NULL, subject TEXT NOT NULL, msgid TEXT NOT NULL,
  outbox_id INTEGER) STRICT;
CREATE UNIQUE INDEX issue_once ON issue (space_id, mode, timezone, language, due_at, reach);
CREATE INDEX issue_number ON issue (space_id, number);
CREATE INDEX issue_msgid ON issue (msgid);
CREATE TABLE issue_item (issue_id INTEGER NOT NULL REFERENCES issue, position INTEGER NOT NULL,
  thread_id INTEGER NOT NULL, block TEXT NOT NULL, posts INTEGER NOT NULL,
  PRIMARY KEY (issue_id, position)) STRICT, WITHOUT ROWID;
CREATE INDEX issue_item_thread ON issue_item (thread_id);
-- What the mail budget refused and what therefore stands in the member's next letter: a piece of it, by name.
CREATE TABLE ride (member_id INTEGER NOT NULL REFERENCES member, space_id INTEGER NOT NULL REFERENCES space,
  piece TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (member_id, space_id, piece)) STRICT, WITHOUT ROWID;

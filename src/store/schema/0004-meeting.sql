-- Meetings, who was asked, what they answered.
CREATE TABLE meeting (meeting_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  ref TEXT NOT NULL, uid TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL DEFAULT 0, title TEXT NOT NULL,
  start_local TEXT NOT NULL,                  -- 2026-12-10T19:00:00, on the wall of timezone
  timezone TEXT NOT NULL, duration INTEGER NOT NULL, -- seconds
  rrule TEXT NOT NULL DEFAULT '', location TEXT NOT NULL DEFAULT '', agenda TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'confirmed', created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  UNIQUE (space_id, ref)) STRICT;
-- One date of a series that differs: moved (start_local set) or cancelled.
CREATE TABLE meeting_date (meeting_id INTEGER NOT NULL REFERENCES meeting, occurrence TEXT NOT NULL,
  start_local TEXT, state TEXT NOT NULL, PRIMARY KEY (meeting_id, occurrence)) STRICT, WITHOUT ROWID;
CREATE TABLE invitation (meeting_id INTEGER NOT NULL REFERENCES meeting, member_id INTEGER NOT NULL REFERENCES member,
  sequence INTEGER NOT NULL, at INTEGER NOT NULL, msgid TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (meeting_id, member_id)) STRICT, WITHOUT ROWID;
-- occurrence: '' for the whole series, else the original start as YYYYMMDDTHHMMSSZ
CREATE TABLE rsvp (meeting_id INTEGER NOT NULL REFERENCES meeting, member_id INTEGER NOT NULL REFERENCES member,
  occurrence TEXT NOT NULL, partstat TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '', sequence INTEGER NOT NULL,
  dtstamp INTEGER NOT NULL, at INTEGER NOT NULL, provisional INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (meeting_id, member_id, occurrence)) STRICT, WITHOUT ROWID;

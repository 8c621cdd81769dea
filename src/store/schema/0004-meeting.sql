-- Meetings, who was asked, what they answered.
CREATE TABLE meeting (meeting_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  ref TEXT NOT NULL, uid TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL DEFAULT 0,
  timed_sequence INTEGER NOT NULL DEFAULT 0,  -- of the last change of time: older answers answered the old date (CAL-20)
  title TEXT NOT NULL,
  start_local TEXT NOT NULL,                  -- 2026-12-10T19:00:00, on the wall of timezone
  timezone TEXT NOT NULL, duration INTEGER NOT NULL, -- seconds
  rrule TEXT NOT NULL DEFAULT '', location TEXT NOT NULL DEFAULT '', agenda TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'confirmed',    -- confirmed, cancelled
  -- What members must still be told: '', 'all', or the occurrence that fell or moved; up to which member it is done.
  owed TEXT NOT NULL DEFAULT '', cursor INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, UNIQUE (space_id, ref)) STRICT;
CREATE INDEX meeting_owed ON meeting (owed) WHERE owed <> '';
-- One date of a series that differs: moved (start_local set) or cancelled. occurrence: its first start, on the wall.
CREATE TABLE meeting_date (meeting_id INTEGER NOT NULL REFERENCES meeting, occurrence TEXT NOT NULL,
  start_local TEXT, state TEXT NOT NULL, PRIMARY KEY (meeting_id, occurrence)) STRICT, WITHOUT ROWID;
-- invitation_id stands in the address that takes a member's word (purpose r).
CREATE TABLE invitation (invitation_id INTEGER PRIMARY KEY, meeting_id INTEGER NOT NULL REFERENCES meeting,
  member_id INTEGER NOT NULL REFERENCES member, sequence INTEGER NOT NULL, at INTEGER NOT NULL,
  first_msgid TEXT NOT NULL DEFAULT '', msgid TEXT NOT NULL DEFAULT '', -- of the first mail and of the last
  UNIQUE (meeting_id, member_id)) STRICT;
CREATE INDEX invitation_first ON invitation (first_msgid);
CREATE INDEX invitation_last ON invitation (msgid);
CREATE INDEX invitation_member ON invitation (member_id);
-- occurrence: '' for the whole series, else the original start as YYYYMMDDTHHMMSSZ
CREATE TABLE rsvp (meeting_id INTEGER NOT NULL REFERENCES meeting, member_id INTEGER NOT NULL REFERENCES member,
  occurrence TEXT NOT NULL, partstat TEXT NOT NULL, comment TEXT NOT NULL DEFAULT '', sequence INTEGER NOT NULL,
  dtstamp INTEGER NOT NULL, at INTEGER NOT NULL, provisional INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (meeting_id, member_id, occurrence)) STRICT, WITHOUT ROWID;

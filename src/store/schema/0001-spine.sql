-- The spine: who is here, what came in, what must go out.
-- Times are seconds since 1970 UTC; addresses are as given, address_key is what is compared (SUB-06).
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE token_key (kid TEXT PRIMARY KEY, secret BLOB NOT NULL, created_at INTEGER NOT NULL,
  signs INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- One row: the event counter (DESIGN.md rule 3) and the last filing instant, which never falls.
CREATE TABLE counter (only INTEGER PRIMARY KEY CHECK (only = 1), event INTEGER NOT NULL,
  filed_at INTEGER NOT NULL) STRICT;
INSERT INTO counter (only, event, filed_at) VALUES (1, 0, 0);

CREATE TABLE community (community_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
  timezone TEXT NOT NULL, language TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open',
  created_at INTEGER NOT NULL) STRICT;
CREATE TABLE space (space_id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community,
  name TEXT NOT NULL UNIQUE, domain TEXT NOT NULL, title TEXT NOT NULL,
  visibility TEXT NOT NULL DEFAULT 'members', posting TEXT NOT NULL DEFAULT 'members',
  first_posts TEXT NOT NULL DEFAULT 'free', reply_to TEXT NOT NULL DEFAULT 'space',
  prefix TEXT NOT NULL DEFAULT '', footer TEXT NOT NULL DEFAULT '', max_size INTEGER NOT NULL DEFAULT 0,
  delivery TEXT NOT NULL DEFAULT 'own', joining TEXT NOT NULL DEFAULT 'open',
  replies TEXT NOT NULL DEFAULT 'posting',    -- members: they may answer where they may not begin
  -- Posts an hour, of one author and in all, above which further ones are held; 0: as many as there are.
  author_limit INTEGER NOT NULL DEFAULT 10, space_limit INTEGER NOT NULL DEFAULT 200,
  brief TEXT NOT NULL DEFAULT 'monday',       -- of the community's main space: the day of the stewards' brief
  charter TEXT NOT NULL DEFAULT '',           -- of the main space: what the community agreed on, as whoever joins reads it
  rhythm TEXT NOT NULL, timezone TEXT NOT NULL, language TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'open', created_at INTEGER NOT NULL) STRICT;

CREATE TABLE member (member_id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community,
  address TEXT NOT NULL, address_key TEXT NOT NULL, name TEXT NOT NULL DEFAULT '',
  level TEXT NOT NULL DEFAULT 'peripheral', timezone TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'active', paused_until INTEGER, joined_at INTEGER NOT NULL,
  own_posts INTEGER NOT NULL DEFAULT 1,       -- 0: no copy of what I wrote myself
  named_copies INTEGER NOT NULL DEFAULT 1,    -- 0: no copy of what names me in To or Cc
  -- In no space since then; of who was invited: from then on no answer is expected. NULL again when a hash stands for the
  -- address (former).
  left_at INTEGER,
  left_self INTEGER NOT NULL DEFAULT 0,       -- 1: by their own word
  UNIQUE (community_id, address_key)) STRICT;
CREATE INDEX member_address ON member (address_key);
CREATE INDEX member_left ON member (left_at) WHERE left_at IS NOT NULL;
CREATE INDEX member_paused ON member (paused_until) WHERE paused_until IS NOT NULL;
-- Further addresses of a member, each proved. One that stands here is nobody's main address any more.
CREATE TABLE member_alias (community_id INTEGER NOT NULL REFERENCES community, address_key TEXT NOT NULL,
  address TEXT NOT NULL, member_id INTEGER NOT NULL REFERENCES member, added_at INTEGER NOT NULL,
  PRIMARY KEY (community_id, address_key)) STRICT, WITHOUT ROWID;
CREATE INDEX member_alias_of ON member_alias (member_id);
CREATE TABLE member_role (member_id INTEGER NOT NULL REFERENCES member, role TEXT NOT NULL,
  PRIMARY KEY (member_id, role)) STRICT, WITHOUT ROWID;
-- Versions: a row is valid for the events [from_event, to_event). At most one is open per space and member.
CREATE TABLE subscription (subscription_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  member_id INTEGER NOT NULL REFERENCES member, mode TEXT NOT NULL,
  from_event INTEGER NOT NULL, to_event INTEGER,
  digested_through INTEGER NOT NULL,          -- event: the end of the last digest window
  digested_at INTEGER NOT NULL,               -- promised instants up to this one are settled
  resting INTEGER NOT NULL DEFAULT 0          -- 1: of mode `each`, while the member pauses: a digest catches up
) STRICT;
CREATE INDEX subscription_reach ON subscription (space_id, member_id, from_event);
CREATE UNIQUE INDEX subscription_open ON subscription (space_id, member_id) WHERE to_event IS NULL;

-- Written once; the octets that a row yields never change (DESIGN.md rule 1): its own, or a part of a block.
CREATE TABLE raw (raw_id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, size INTEGER NOT NULL, received_at INTEGER NOT NULL,
  block INTEGER REFERENCES block (block_id), at INTEGER NOT NULL DEFAULT 0, -- size octets from `at` on
  octets BLOB NOT NULL                        -- last: read past by nobody, and filled in pieces when it is large
) STRICT;
-- Posts that lie packed together. coding: zstd, or plain where that does not pay.
CREATE TABLE block (block_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space, coding TEXT NOT NULL,
  dictionary INTEGER REFERENCES dictionary (dictionary_id), octets BLOB NOT NULL) STRICT;
-- What the posts of a space have in common, for zstd.
CREATE TABLE dictionary (dictionary_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  posts INTEGER NOT NULL, created_at INTEGER NOT NULL, octets BLOB NOT NULL) STRICT;
CREATE INDEX dictionary_space ON dictionary (space_id);
-- state: received, retry (after a strike), poisoned
CREATE TABLE inbox (inbox_id INTEGER PRIMARY KEY, raw_id INTEGER NOT NULL REFERENCES raw,
  sender TEXT NOT NULL, recipient TEXT NOT NULL, received_at INTEGER NOT NULL, session TEXT NOT NULL DEFAULT '',
  trusted INTEGER NOT NULL DEFAULT 0,         -- 1: Authentication-Results may be believed
  state TEXT NOT NULL DEFAULT 'received', strikes INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX inbox_due ON inbox (state, inbox_id);
-- The delivery key (DESIGN.md rule 11).
CREATE TABLE delivery (recipient TEXT NOT NULL, sha256 BLOB NOT NULL, seen_at INTEGER NOT NULL,
  PRIMARY KEY (recipient, sha256)) STRICT, WITHOUT ROWID;
CREATE TABLE held (held_id INTEGER PRIMARY KEY, space_id INTEGER NOT NULL REFERENCES space,
  raw_id INTEGER NOT NULL REFERENCES raw, sender TEXT NOT NULL, recipient TEXT NOT NULL,
  from_name TEXT NOT NULL, from_address TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
  since INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'held', settled_at INTEGER, settled_by TEXT,
  excerpt TEXT NOT NULL DEFAULT '',           -- for a line of a list
  many INTEGER NOT NULL DEFAULT 0,            -- 1: beyond the few of a day; shown in one mail with others like it
  shown_at INTEGER,                           -- when the stewards were shown it; NULL: not yet
  told INTEGER NOT NULL DEFAULT 1,            -- 0: settled, and the other stewards are to be told, many in one mail
  called_at INTEGER,                          -- when the stewards were called a second time
  asked_at INTEGER,                           -- when the author was asked something: the time begins anew
  -- "freed", "refused", "asked" or "shown": a steward has said so, and it is not done yet; by whom and why
  wish TEXT, wish_by TEXT, wish_why TEXT) STRICT;
CREATE INDEX held_wish ON held (wish) WHERE wish IS NOT NULL AND state = 'held';
CREATE INDEX held_open ON held (state, space_id);
CREATE INDEX held_untold ON held (told) WHERE told = 0;
CREATE INDEX held_lately ON held (space_id, since);
-- What waits for a word from outside: a confirmation to join, to leave, or of other wishes (the lines stand in `mode`).
-- Answered once (SUB-03), but for "choose", which proves an address for a week.
CREATE TABLE request (request_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, space_id INTEGER NOT NULL REFERENCES space,
  address TEXT NOT NULL, limit_key TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT '',            -- domain of the envelope sender who asked, '' when From was proved
  name TEXT NOT NULL DEFAULT '', mode TEXT NOT NULL DEFAULT 'weekly',
  notice TEXT NOT NULL DEFAULT '',            -- version of the words that it was asked with (notice.version)
  msgid TEXT NOT NULL DEFAULT '',             -- of the mail that answered it
  follows INTEGER,                            -- the request whose answer led to this one
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, settled_at INTEGER) STRICT;
CREATE INDEX request_recent ON request (kind, created_at);
CREATE INDEX request_limit ON request (limit_key, created_at);
-- Whom the operator put on the list of people to invite: asked by and by (SUB-08). mode: of the subscription to come.
CREATE TABLE to_invite (member_id INTEGER PRIMARY KEY REFERENCES member, mode TEXT NOT NULL, since INTEGER NOT NULL,
  next_at INTEGER NOT NULL) STRICT;
CREATE INDEX to_invite_next ON to_invite (next_at);
-- How each member agreed (SUB-09). how: asked, invited, undone: they answered a mail of ours; operator: somebody's word.
CREATE TABLE consent (consent_id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES member,
  space_id INTEGER NOT NULL REFERENCES space, how TEXT NOT NULL, at INTEGER NOT NULL,
  request_id INTEGER,                         -- stands in the token that was answered
  msgid TEXT NOT NULL DEFAULT '',             -- of the answer
  notice TEXT NOT NULL DEFAULT '', withdrawn_at INTEGER) STRICT;
CREATE INDEX consent_member ON consent (member_id, at);
-- Long work that a member has asked for, done piece by piece. what: export, forget, forget-posts.
CREATE TABLE errand (errand_id INTEGER PRIMARY KEY, what TEXT NOT NULL, member_id INTEGER NOT NULL REFERENCES member,
  space_id INTEGER NOT NULL REFERENCES space, -- by which it was asked
  -- Of "forget": the name and, a line each, the addresses; of "export": where to, when only a hash is kept. Gone with the row.
  about TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL, stage INTEGER NOT NULL DEFAULT 0, cursor INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL) STRICT;
CREATE INDEX errand_next ON errand (next_at);
-- Whom only a keyed hash is kept of. why: left, declined (said no to joining), forgotten; nobody invites them again.
CREATE TABLE former (community_id INTEGER NOT NULL REFERENCES community, address_mac TEXT NOT NULL, why TEXT NOT NULL,
  member_id INTEGER REFERENCES member, at INTEGER NOT NULL, PRIMARY KEY (community_id, address_mac)) STRICT, WITHOUT ROWID;
CREATE INDEX former_member ON former (member_id) WHERE member_id IS NOT NULL;
-- The words that members agreed to, each version once: the question without its address and token.
CREATE TABLE notice (version TEXT PRIMARY KEY, words TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- To whom the robot has written lately (RCV-16). kind: of an answer to an unproved address; "=" before what is counted apart.
CREATE TABLE answered (address_key TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX answered_recent ON answered (address_key, at);
CREATE INDEX answered_at ON answered (at);
-- Failures of copies. verdict: permanent, temporary, policy; mass: the provider's trouble, held against nobody (SND-06).
-- spent: 1 when a suspension was made of it. domain: where the address lives, in lower case.
CREATE TABLE bounce (bounce_id INTEGER PRIMARY KEY, member_id INTEGER, community_id INTEGER, outbox_id INTEGER,
  domain TEXT NOT NULL DEFAULT '', status TEXT NOT NULL, verdict TEXT NOT NULL, said TEXT NOT NULL DEFAULT '',
  spent INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL) STRICT;
CREATE INDEX bounce_member ON bounce (member_id, at);
CREATE INDEX bounce_domain ON bounce (community_id, at);
-- Whom nothing is sent for now, and when he is asked next whether mail gets through again.
CREATE TABLE suspension (member_id INTEGER PRIMARY KEY REFERENCES member, since INTEGER NOT NULL, status TEXT NOT NULL,
  probes INTEGER NOT NULL DEFAULT 0, next_probe INTEGER NOT NULL) STRICT;
CREATE INDEX suspension_due ON suspension (next_probe);

-- What must go out. audience: 'event' (whoever was subscribed at `event`), 'list' (rows of outbox_recipient).
-- state: due, held, failed, sent, dropped. A slice in hand or waiting is a row of `slice`.
CREATE TABLE outbox (outbox_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, space_id INTEGER REFERENCES space,
  audience TEXT NOT NULL, event INTEGER, thread_id INTEGER,
  slots TEXT NOT NULL,                        -- where values go in the octets (mail/compose.h)
  msgid TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'due', reason TEXT NOT NULL DEFAULT '',
  cursor INTEGER NOT NULL DEFAULT 0, exhausted INTEGER NOT NULL DEFAULT 0,
  recipients INTEGER, delivered INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
  refusals_in_row INTEGER NOT NULL DEFAULT 0, last_reply TEXT NOT NULL DEFAULT '',
  marks TEXT NOT NULL DEFAULT '',             -- "1780300800:0 1780300860:4711": from then on, those behind this key
  marked_at INTEGER NOT NULL DEFAULT 0,       -- the last mark, at most one a minute
  tell INTEGER NOT NULL DEFAULT 0,            -- 1: the operator is to be told that it is held or has failed
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
CREATE INDEX outbox_due ON outbox (state, exhausted, outbox_id);
-- What many wait for, the first of each space; and letters to one.
CREATE INDEX outbox_many ON outbox (space_id, outbox_id)
  WHERE state = 'due' AND exhausted = 0 AND (audience = 'event' OR kind = 'digest');
CREATE INDEX outbox_letter ON outbox (outbox_id)
  WHERE state = 'due' AND exhausted = 0 AND NOT (audience = 'event' OR kind = 'digest');
CREATE INDEX outbox_tell ON outbox (outbox_id) WHERE tell = 1;
CREATE INDEX outbox_space ON outbox (space_id, event);
-- The composed octets, apart: every claim changes the row of the outbox, and SQLite writes a changed row anew, whole.
CREATE TABLE outbox_mail (outbox_id INTEGER PRIMARY KEY REFERENCES outbox, octets BLOB NOT NULL) STRICT;
-- Who is named in To or Cc of a post and chose to have no second copy of such.
CREATE TABLE named (space_id INTEGER NOT NULL REFERENCES space, event INTEGER NOT NULL, member_id INTEGER NOT NULL,
  PRIMARY KEY (space_id, event, member_id)) STRICT, WITHOUT ROWID;
CREATE TABLE outbox_recipient (outbox_id INTEGER NOT NULL REFERENCES outbox, recipient_key INTEGER NOT NULL,
  address TEXT NOT NULL, member_id INTEGER, subscription_id INTEGER,
  slot_values TEXT NOT NULL DEFAULT '{}',     -- JSON: slot name -> value, only where it has any
  PRIMARY KEY (outbox_id, recipient_key)) STRICT, WITHOUT ROWID;
-- Recipients with key in (after_key, through_key]. state: sending (slot set), deferred (next_attempt set).
-- A slice that holds one deferred recipient names it in only_key.
CREATE TABLE slice (slice_id INTEGER PRIMARY KEY, outbox_id INTEGER NOT NULL REFERENCES outbox,
  after_key INTEGER NOT NULL, through_key INTEGER NOT NULL, only_key INTEGER, state TEXT NOT NULL, slot INTEGER,
  recipients INTEGER NOT NULL DEFAULT 1,      -- how many are left of those whom the resolver found when it was cut
  in_hand INTEGER NOT NULL DEFAULT 1,         -- while sending: how many may be at the smarthost and not written down
  delivered INTEGER NOT NULL DEFAULT 0,       -- before after_key, and not yet counted in the row of the outbox
  attempts INTEGER NOT NULL DEFAULT 0, next_attempt INTEGER NOT NULL DEFAULT 0,
  road INTEGER NOT NULL DEFAULT 0,            -- 1: waits for the smarthost, not for a recipient
  voids INTEGER NOT NULL DEFAULT 0,           -- workers that died with it in hand
  last_reply TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX slice_due ON slice (state, next_attempt);
CREATE INDEX slice_outbox ON slice (outbox_id);
-- Exceptions only. result: refused (the address), content (the mail), expired (given up). recipient_key is a member_id for audience 'event'.
CREATE TABLE outcome (outbox_id INTEGER NOT NULL REFERENCES outbox, recipient_key INTEGER NOT NULL,
  address TEXT NOT NULL, result TEXT NOT NULL, code INTEGER NOT NULL, status TEXT NOT NULL, reply TEXT NOT NULL,
  at INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, -- 1: the desk has drawn its conclusion
  PRIMARY KEY (outbox_id, recipient_key)) STRICT, WITHOUT ROWID;
CREATE INDEX outcome_unseen ON outcome (seen) WHERE seen = 0;

-- Who did what: append-only, chained; payload and salt may be erased and the chain still verifies (rule 14).
CREATE TABLE ledger (ledger_id INTEGER PRIMARY KEY, at INTEGER NOT NULL, community_id INTEGER, space_id INTEGER,
  actor TEXT NOT NULL, act TEXT NOT NULL, payload TEXT, salt BLOB, payload_hash BLOB NOT NULL,
  chain BLOB NOT NULL) STRICT;
CREATE INDEX ledger_space ON ledger (space_id, ledger_id);
-- Whoever gets round these two is found by the chain.
CREATE TRIGGER ledger_grows BEFORE DELETE ON ledger BEGIN SELECT raise(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER ledger_stays BEFORE UPDATE OF ledger_id, at, community_id, space_id, actor, act, payload_hash, chain
  ON ledger BEGIN SELECT raise(ABORT, 'the ledger is not rewritten'); END;

-- The stewards' brief: when one was due, and what its numbers mean.
-- kind: brief; held, which lists the posts that wait beyond the few of a day
CREATE TABLE brief (brief_id INTEGER PRIMARY KEY, community_id INTEGER NOT NULL REFERENCES community,
  kind TEXT NOT NULL DEFAULT 'brief', at INTEGER NOT NULL) STRICT;
CREATE INDEX brief_last ON brief (community_id, kind, at);
-- what: held (ref: held_id), question (ref: message), minutes (ref: minutes_id), newcomer, quiet, bounced (ref: member_id)
CREATE TABLE brief_line (brief_id INTEGER NOT NULL REFERENCES brief, number INTEGER NOT NULL, what TEXT NOT NULL,
  ref INTEGER NOT NULL, PRIMARY KEY (brief_id, number)) STRICT, WITHOUT ROWID;
CREATE INDEX brief_line_ref ON brief_line (what, ref);
-- Lines that a steward wants to see no more.
CREATE TABLE brief_done (what TEXT NOT NULL, ref INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (what, ref)) STRICT, WITHOUT ROWID;
-- Dates of meetings that are over, which somebody may tell the others about; and posts that do. A post belongs to the
-- date that was the last before it: [start_at, next_at).
CREATE TABLE minutes (minutes_id INTEGER PRIMARY KEY, meeting_id INTEGER NOT NULL, space_id INTEGER NOT NULL,
  start_at INTEGER NOT NULL, next_at INTEGER NOT NULL, UNIQUE (meeting_id, start_at)) STRICT;
CREATE TABLE minutes_post (space_id INTEGER NOT NULL REFERENCES space, at INTEGER NOT NULL, id INTEGER NOT NULL,
  PRIMARY KEY (space_id, at, id)) STRICT, WITHOUT ROWID;
-- What a member is asked once in a life: each.
CREATE TABLE asked_once (member_id INTEGER NOT NULL REFERENCES member, what TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (member_id, what)) STRICT, WITHOUT ROWID;

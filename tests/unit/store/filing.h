/* filing.h - a space with posts made by hand, for tests of the archive. */
#pragma once
#include "guildpost/mail/crypt.h"
#include "guildpost/store/message.h"
#include "guildpost/store/raw.h"
#include "guildpost/store/setting.h"
#include "unit/store/scratch.h"

#define NOW 1780300800

struct filing_house {
	struct scratch s;
	struct gp_token_keys keys;
	int64_t space_id;
	char language[16];
};

struct letter {
	const char *msgid, *subject, *base, *text, *own;
	const char *references[6];
	const char *from_name, *from_address;
	const char *body; /* what tells a copy from a reused id; NULL: the msgid */
	const char *token; /* of the recipient address */
	int64_t date;
	const char *conversation; /* of its Thread-Index */
	bool is_reply, attachment, live, grown; /* grown: its Thread-Index */
};

static inline void
house_open(struct filing_house *house)
{
	static const char community[] =
	    "INSERT INTO community (community_id, name, title, timezone, language, created_at)"
	    " VALUES (1, 'weavers', 'Weavers', 'UTC', 'en', 0)";
	static const char space[] =
	    "INSERT INTO space (space_id, community_id, name, domain, title, rhythm, timezone, language, created_at)"
	    " VALUES (1, 1, 'weavers', 'lists.example.org', 'Weavers', 'daily at 8:00', 'UTC', 'en', 0)";
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	struct gp_err err;

	scratch_open(&house->s);
	house->space_id = 1;
	(void)snprintf(house->language, sizeof(house->language), "en");
	SAYS("a house is made",
	    gp_tx_begin(house->s.db, &tx, &err) == GP_OK && gp_keys_create(house->s.db, true, NOW, &err) == GP_OK &&
		gp_db_run(house->s.db, community, &err) == GP_OK && gp_db_run(house->s.db, space, &err) == GP_OK &&
		gp_tx_commit(&tx, &err) == GP_OK && gp_keys_load(house->s.db, &house->keys, &err) == GP_OK);
}

static inline void
put(char **member, const char *value)
{
	free(*member);
	*member = gp_strdup(value != NULL ? value : "");
}

/* The octets hold the text among other things, as mail does. */
static inline char *
octets_of(const struct letter *letter)
{
	return gp_printf("Message-ID: %s\nSubject: %s\n\n%s", letter->msgid,
	    letter->subject != NULL ? letter->subject : "", letter->text != NULL ? letter->text : "");
}

static inline struct gp_filed
file_letter(struct filing_house *house, const struct letter *letter)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	SCOPED(gp_reading_release) struct gp_reading reading;
	SCOPED(gp_free_str) char *octets = octets_of(letter);
	const char *body = letter->body != NULL ? letter->body : letter->msgid;
	struct gp_filing filing = { .space_id = house->space_id,
		.octets = octets,
		.size = strlen(octets),
		.reading = &reading,
		.thread_token = letter->token != NULL ? letter->token : "",
		.now = NOW,
		.received_at = NOW,
		.imported = !letter->live,
		.line_end = "lf",
		.keys = &house->keys };
	struct gp_filed filed = { 0 };
	struct gp_err err = { .text = "" };

	gp_reading_init(&reading);
	put(&reading.message_id, letter->msgid);
	put(&reading.subject, letter->subject);
	put(&reading.subject_base, letter->base);
	put(&reading.text, letter->text);
	put(&reading.own_text, letter->own != NULL ? letter->own : letter->text);
	put(&reading.from_name, letter->from_name);
	put(&reading.from_address, letter->from_address != NULL ? letter->from_address : "ann@a.example");
	for (size_t i = 0; i < GP_COUNT(letter->references) && letter->references[i] != NULL; i++)
		gp_strs_add(&reading.references, letter->references[i]);
	reading.subject_is_reply = letter->is_reply;
	put(&reading.conversation, letter->conversation);
	reading.conversation_reply = letter->grown;
	reading.date = letter->date;
	reading.parts = gp_new_array(1, sizeof(reading.parts[0]));
	reading.parts[0] = (struct gp_part){ gp_strdup(""), gp_strdup(""), gp_strdup(""), 3, letter->attachment };
	reading.part_count = 1;
	gp_sha256(body, strlen(body), reading.body_sha256);
	if (gp_tx_begin(house->s.db, &tx, &err) != GP_OK ||
	    gp_raw_insert(house->s.db, octets, strlen(octets), NOW, &filing.raw_id, &err) != GP_OK ||
	    gp_message_file(house->s.db, &filing, &filed, &err) != GP_OK || gp_tx_commit(&tx, &err) != GP_OK)
		fail_msg("a letter is filed: %s (%s)", err.text, err.detail);
	return filed;
}

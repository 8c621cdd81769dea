#include "mail/message_hash.h"

#include "guildpost/base/mem.h"
#include "guildpost/mail/crypt.h"
#include "mail/head.h"

#define HASH_PIECE 4096

/* With LF line ends, so that LMTP and a pipe bring the same message. In pieces: lines may be one octet long. */
static void
hash_lines(struct gp_sha256_state *state, const char *octets, size_t n)
{
	char piece[HASH_PIECE];
	size_t filled = 0;

	if (memchr(octets, '\r', n) == NULL) {
		gp_sha256_add(state, octets, n);
		return;
	}
	for (size_t at = 0, run; at < n; at += run) {
		size_t room = n - at < HASH_PIECE - filled ? n - at : HASH_PIECE - filled;
		const char *cr = memchr(octets + at, '\r', room);

		run = cr != NULL ? (size_t)(cr - octets) - at : room;
		memcpy(piece + filled, octets + at, run);
		filled += run;
		if (filled < HASH_PIECE && at + run < n && octets[at + run] == '\r') {
			if (at + run + 1 == n || octets[at + run + 1] != '\n')
				piece[filled++] = '\r';
			run++;
		}
		if (filled == HASH_PIECE) {
			gp_sha256_add(state, piece, filled);
			filled = 0;
		}
	}
	gp_sha256_add(state, piece, filled);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
gp_message_hash(const struct gp_fields *fields, const char *octets, size_t n, struct gp_reading *reading)
{
	struct gp_sha256_state *state = gp_sha256_new();
	size_t end = n, kept = 0;

	while (end > fields->body && is_space(octets[end - 1]))
		end--;
	hash_lines(state, octets + fields->body, end - fields->body);
	gp_sha256_end(&state, reading->body_sha256);
	/* The body stands in the second by its hash: it is most of the octets. */
	state = gp_sha256_new();
	for (size_t i = 0; i < fields->count; i++) {
		const struct gp_field *field = &fields->v[i];

		if (!gp_head_is_trace(field))
			continue;
		hash_lines(state, octets + kept, field->start - kept);
		kept = field->end;
	}
	hash_lines(state, octets + kept, fields->body - kept);
	gp_sha256_add(state, reading->body_sha256, sizeof(reading->body_sha256));
	gp_sha256_end(&state, reading->delivery_sha256);
}

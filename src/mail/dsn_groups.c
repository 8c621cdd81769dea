#include "mail/dsn_parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "guildpost/mail/field.h"
#include "guildpost/mail/utf8.h"

void
gp_dsn_add(struct gp_reading *reading, const char *recipient, const char *status, const char *verdict, bool soft)
{
	struct gp_bounced *row;

	if (reading->bounce_count >= GP_BOUNCES_MAX)
		return;
	for (size_t i = 0; i < reading->bounce_count; i++)
		if (strcasecmp(reading->bounces[i].recipient, recipient) == 0)
			return;
	reading->bounces = gp_grow(reading->bounces, (reading->bounce_count + 1) * sizeof(*reading->bounces));
	row = &reading->bounces[reading->bounce_count++];
	*row = (struct gp_bounced){ gp_strdup(recipient), gp_strdup(status), gp_strdup(verdict), soft };
}

/* "rfc822; ann@a.example", "RFC822;<\"ann b\"@a.example>" to the address; "" when it is none. */
static void
typed_address(const struct gp_fields *fields, const char *name, char out[GP_ADDRESS_MAX])
{
	const struct gp_field *field = gp_fields_find(fields, name);
	SCOPED(gp_free_str) char *value = field != NULL ? gp_field_unfold(field) : gp_strdup("");
	const char *semicolon = strchr(value, ';'), *at;
	const char *from = semicolon != NULL ? semicolon + 1 : value;
	size_t n;

	from += strspn(from, " \t<");
	n = strlen(from);
	while (n > 0 && strchr(" \t>", from[n - 1]) != NULL)
		n--;
	(void)snprintf(out, GP_ADDRESS_MAX, "%.*s", (int)(n < GP_ADDRESS_MAX ? n : 0), from);
	if (!gp_address_ok(out) && gp_dsn_address(from, from, out, &at) == NULL)
		out[0] = '\0';
}

/* The status that says most: what the other server said may be more than the zeros of the one that reports; and what it
 * refused for good is "4.5.0" where a connection was refused and tried again until the time was over. */
static void
best_status(const char *stated, const char *said, bool failed, char out[GP_STATUS_SIZE])
{
	char detail[GP_STATUS_SIZE];
	bool better;

	(void)gp_dsn_status(stated, out);
	(void)gp_dsn_status(said, detail);
	better = strcmp(detail + (*detail != '\0'), ".0.0") != 0 &&
		 (strcmp(out + (*out != '\0'), ".0.0") == 0 || (failed && *out == '4' && *detail == '5'));
	if (*detail != '\0' && (*out == '\0' || better))
		memcpy(out, detail, GP_STATUS_SIZE);
}

/* Only what failed counts (SND-04). NULL: it did, or does not say. */
static const char *
by_action(const char *action, const char *stated)
{
	static const struct {
		const char *word, *verdict;
	} actions[] = { { "fail", NULL }, { "delay", "temporary" }, { "expired", "temporary" }, { "deliver", "ignore" },
		{ "relay", "ignore" }, { "expand", "ignore" } };

	for (size_t i = 0; i < GP_COUNT(actions); i++)
		if (strcasestr(action, actions[i].word) != NULL)
			return actions[i].verdict;
	return *stated == '2' ? "ignore" : NULL;
}

/* One recipient's group (section 2.3). */
static void
read_group(const struct gp_fields *fields, const char *text, struct gp_reading *reading)
{
	SCOPED(gp_free_str) char *action = gp_field_text(gp_fields_find(fields, "action"), "", 40);
	SCOPED(gp_free_str) char *stated = gp_field_text(gp_fields_find(fields, "status"), "", 200);
	SCOPED(gp_free_str) char *said = gp_field_text(gp_fields_find(fields, "diagnostic-code"), "", GP_SAID_MAX);
	char final[GP_ADDRESS_MAX], original[GP_ADDRESS_MAX], status[GP_STATUS_SIZE];
	const char *verdict;
	bool soft;

	typed_address(fields, "final-recipient", final);
	typed_address(fields, "original-recipient", original);
	if (*said == '\0') {
		free(said);
		said = gp_dsn_said_of(text, *final != '\0' ? final : original);
	}
	best_status(stated, said, strcasestr(action, "fail") != NULL, status);
	verdict = gp_dsn_verdict(status, said, &soft);
	if (by_action(action, stated) != NULL)
		verdict = by_action(action, stated);
	gp_dsn_add(reading, *original != '\0' ? original : final, status, verdict, soft);
	if (*final != '\0')
		gp_dsn_add(reading, final, status, verdict, soft);
}

void
gp_dsn_read_groups(const char *octets, size_t n, const char *text, struct gp_reading *reading)
{
	size_t at = 0;

	while (at < n) {
		struct gp_fields fields;
		size_t left = n - at, step;

		gp_fields_read(octets + at, left, &fields);
		if (gp_fields_find(&fields, "final-recipient") != NULL ||
		    gp_fields_find(&fields, "original-recipient") != NULL)
			read_group(&fields, text, reading);
		step = fields.body;
		if (step == 0) {
			const char *end = memchr(octets + at, '\n', left);

			step = end != NULL ? (size_t)(end - (octets + at)) + 1 : left;
		}
		gp_fields_release(&fields);
		at += step;
	}
}

/* Fields, encoded words, parameters, mailboxes, message-ids, dates, subjects. */
#include "fuzz.h"

#include "guildpost/mail/field.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	SCOPED(gp_fields_release) struct gp_fields fields;

	gp_fields_read((const char *)octets, n, &fields);
	for (size_t i = 0; i < fields.count && i < 50; i++) {
		SCOPED(gp_free_str)
		char *value = gp_field_unfold(&fields.v[i]), *text = gp_field_text(&fields.v[i], "koi8-r", 1000);
		SCOPED(gp_free_str)
		char *param = gp_value_param(value, "name"), *word = gp_value_word(value), *base = NULL;
		SCOPED(gp_mailboxes_release) struct gp_mailboxes boxes = { 0 };
		SCOPED(gp_strs_release) struct gp_strs ids = { 0 };
		int64_t t;
		bool reply;

		gp_mailboxes_read(value, "", &boxes);
		gp_msgids_scan(value, &ids);
		(void)gp_mail_date_parse(value, &t);
		base = gp_subject_base(text, &reply);
		if (strlen(word) > 127 || !gp_utf8_ok(text, strlen(text)) || !gp_utf8_ok(param, strlen(param)) ||
		    !gp_utf8_ok(base, strlen(base)))
			abort();
		for (size_t j = 0; j < boxes.count; j++)
			if (!gp_utf8_ok(boxes.v[j].name, strlen(boxes.v[j].name)))
				abort();
	}
	return 0;
}

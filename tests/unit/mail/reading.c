/* The octets that carry a reading from the child to the desk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "guildpost/mail/message.h"

static const char sample[] =
    "From: Ann <ann@a.example>\nTo: weavers@lists.example.org\nSubject: Re: [weavers] Warp?\n"
    "Message-ID: <k2@a.example>\nReferences: <k1@a.example>\nDate: Tue, 02 Jun 2026 09:00:00 +0200\n"
    "X-Guildpost-Loop: weavers.lists.example.org 00\n"
    "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nWhich reed do you use for this yarn?\n"
    "--x\nContent-Type: image/png; name=\"a.png\"\n\nxx\n--x--\n";

static void
read_sample(struct gp_reading *reading, struct gp_buf *out)
{
	gp_message_read(sample, sizeof(sample) - 1, 1780000000 + 86400 * 365, reading);
	gp_reading_encode(reading, out);
}

static void
what_is_encoded_decodes_to_the_same(void **state)
{
	SCOPED(gp_reading_release) struct gp_reading reading, again;
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 20), twice = GP_BUF_INIT(1 << 20);
	struct gp_err err;

	(void)state;
	read_sample(&reading, &out);
	assert_int_equal(gp_reading_decode(out.data, out.len, &again, &err), GP_OK);
	gp_reading_encode(&again, &twice);
	assert_int_equal(out.len, twice.len);
	assert_memory_equal(out.data, twice.data, out.len);
	assert_string_equal(again.subject, "Re: [weavers] Warp?");
	assert_string_equal(again.subject_base, "warp?");
	assert_true(again.subject_is_reply);
	assert_string_equal(again.from_address, "ann@a.example");
	assert_string_equal(again.references.v[0], "<k1@a.example>");
	assert_int_equal(again.date, 1780383600);
	assert_int_equal(again.part_count, 2);
	assert_string_equal(again.parts[1].filename, "a.png");
}

static void
every_prefix_is_refused_and_hurts_nothing(void **state)
{
	SCOPED(gp_reading_release) struct gp_reading reading;
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 20);
	struct gp_err err;

	(void)state;
	read_sample(&reading, &out);
	for (size_t n = 0; n < out.len; n++) {
		SCOPED(gp_reading_release) struct gp_reading cut;
		char *octets = gp_memdup(out.data, n); /* of exact size, for the sanitizer */

		assert_int_equal(gp_reading_decode(octets, n, &cut, &err), GP_PERM);
		assert_string_equal(err.status, "5.6.0");
		free(octets);
	}
}

static void
a_broken_octet_never_makes_a_bad_string(void **state)
{
	SCOPED(gp_reading_release) struct gp_reading reading;
	SCOPED(gp_buf_release) struct gp_buf out = GP_BUF_INIT(1 << 20);
	struct gp_err err;

	(void)state;
	read_sample(&reading, &out);
	for (size_t i = 0; i < out.len; i++) {
		SCOPED(gp_reading_release) struct gp_reading broken;

		for (int bit = 0; bit < 8; bit += 7) {
			out.data[i] = (char)(out.data[i] ^ 1 << bit);
			if (gp_reading_decode(out.data, out.len, &broken, &err) == GP_OK) {
				assert_non_null(broken.message_id);
				assert_non_null(broken.excerpt);
			}
			gp_reading_release(&broken);
			out.data[i] = (char)(out.data[i] ^ 1 << bit);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_decodes_to_the_same),
		cmocka_unit_test(every_prefix_is_refused_and_hurts_nothing),
		cmocka_unit_test(a_broken_octet_never_makes_a_bad_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

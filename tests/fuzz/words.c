/* RFC 2047 words and RFC 2231 parameters. The first octet chooses the charset of raw octets. */
#include "fuzz.h"

#include "guildpost/mail/field.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const char *const charsets[] = { "", "utf-8", "iso-2022-jp", "gb18030", "koi8-r", "windows-1252",
		"nonsense" };
	static const char *const names[] = { "charset", "name", "filename", "boundary" };
	const char *charset = charsets[n > 0 ? octets[0] % GP_COUNT(charsets) : 0];
	SCOPED(gp_free_str) char *value = n > 0 ? gp_strndup((const char *)octets + 1, n - 1) : gp_strdup("");
	SCOPED(gp_free_str)
	char *text = gp_words_decode((const char *)octets + (n > 0), n > 0 ? n - 1 : 0, charset, 2000);
	SCOPED(gp_free_str) char *word = gp_value_word(value);
	SCOPED(gp_free_str) char *subject = NULL, *shown = gp_subject_shown(text);
	bool reply;

	must_be_clean(text, false);
	must_be_clean(shown, false);
	if (strlen(text) > 2000 || strpbrk(word, "\r\n") != NULL)
		abort();
	subject = gp_subject_base(text, &reply);
	must_be_clean(subject, false);
	for (size_t i = 0; i < GP_COUNT(names); i++) {
		SCOPED(gp_free_str)
		char *param = gp_value_param(value, names[i]), *raw = gp_value_param_raw(value, names[i]);

		must_be_clean(param, false);
		if (strpbrk(raw, "\r\n") != NULL && strpbrk(value, "\r\n") == NULL)
			abort();
	}
	return 0;
}

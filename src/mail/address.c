#include "guildpost/mail/address.h"

#include <ctype.h>
#include <idn2.h>

#include "guildpost/base/lazy.h"
#include "guildpost/base/mem.h"

#define LOCAL_MAX  64
#define DOMAIN_MAX 255

static bool
is_atext(unsigned char c)
{
	return isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Length of a dot-atom or quoted string at s, 0 when there is none. */
static size_t
local_length(const char *s)
{
	size_t n = 0;

	if (s[0] == '"') {
		for (n = 1; s[n] != '\0' && s[n] != '"'; n++) {
			if (s[n] == '\\' && s[n + 1] != '\0')
				n++;
			if ((unsigned char)s[n] < 0x20 || (unsigned char)s[n] >= 0x7f)
				return 0;
		}
		return s[n] == '"' && n > 1 ? n + 1 : 0;
	}
	while (is_atext((unsigned char)s[n]) || (s[n] == '.' && n > 0 && s[n - 1] != '.'))
		n++;
	return n > 0 && s[n - 1] != '.' ? n : 0;
}

static bool
literal_ok(const char *s)
{
	size_t n = strlen(s);

	return n > 2 && s[n - 1] == ']' && strspn(s + 1, "0123456789abcdefABCDEFIPv:.") == n - 2;
}

static bool
domain_ok(const char *s)
{
	size_t label = 0, n = strlen(s);

	if (n == 0 || n > DOMAIN_MAX)
		return false;
	if (*s == '[')
		return literal_ok(s);
	for (; *s != '\0'; s++) {
		if (*s == '.') {
			if (label == 0 || s[-1] == '-')
				return false;
			label = 0;
		} else if (isalnum((unsigned char)*s) || *s == '_' || (*s == '-' && label > 0)) {
			label++;
		} else {
			return false;
		}
		if (label > 63)
			return false;
	}
	return label > 0 && s[-1] != '-';
}

bool
gp_address_ok(const char *address)
{
	size_t n = local_length(address);

	return n > 0 && n <= LOCAL_MAX && address[n] == '@' && domain_ok(address + n + 1);
}

const char *
gp_address_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "";
}

enum gp_rc
gp_address_key(const char *address, char ret_key[GP_ADDRESS_MAX], struct gp_err *err)
{
	const char *domain = gp_address_domain(address);
	char *alabel = NULL;
	size_t local = *domain != '\0' ? (size_t)(domain - address) - 1 : 0;
	SCOPED(gp_free_str) char *whole = NULL;

	if (local == 0 || local > LOCAL_MAX || idn2_to_ascii_8z(domain, &alabel, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return gp_fail_as(err, 64, "5.1.3", "`%.100s` is no mail address", address);
	whole = gp_printf("%.*s@%s", (int)local, address, alabel);
	idn2_free(alabel);
	for (char *c = whole; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	if (!gp_address_ok(whole) || strlen(whole) >= GP_ADDRESS_MAX)
		return gp_fail_as(err, 64, "5.1.3", "`%.100s` is no mail address", address);
	memcpy(ret_key, whole, strlen(whole) + 1);
	return GP_OK;
}

#include "guildpost/cmd/app.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <strings.h>

#include "guildpost/base/near.h"

/* One row a key: where its value goes, and how it is read. */
enum kind { TEXT, LIST, SIZE, NUMBER, OCTAL, YESNO };
static const struct key {
	const char *name;
	enum kind kind;
	size_t offset;
	int64_t least, most; /* of SIZE and NUMBER */
} keys[] = {
	{ "domain", LIST, offsetof(struct gp_config, domains), 0, 0 },
	{ "database", TEXT, offsetof(struct gp_config, database), 0, 0 },
	{ "listen", LIST, offsetof(struct gp_config, listen), 0, 0 },
	{ "listen-mode", OCTAL, offsetof(struct gp_config, listen_mode), 0, 0777 },
	{ "listen-group", TEXT, offsetof(struct gp_config, listen_group), 0, 0 },
	{ "max-connections", NUMBER, offsetof(struct gp_config, max_connections), 1, 10000 },
	{ "max-message-size", SIZE, offsetof(struct gp_config, max_message_size), 65536, 1 << 30 },
	{ "min-free-disk", SIZE, offsetof(struct gp_config, min_free_disk), 0, INT64_MAX },
	{ "trusted-authserv-id", LIST, offsetof(struct gp_config, authserv_ids), 0, 0 },
	{ "trust-tcp", YESNO, offsetof(struct gp_config, trust_tcp), 0, 0 },
	{ "spam-header", TEXT, offsetof(struct gp_config, spam_header), 0, 0 },
	{ "smarthost", LIST, offsetof(struct gp_config, smarthosts), 0, 0 },
	{ "smarthost-password-file", TEXT, offsetof(struct gp_config, smarthost_password_file), 0, 0 },
	{ "smarthost-ca-file", TEXT, offsetof(struct gp_config, smarthost_ca_file), 0, 0 },
	{ "smarthost-connections", NUMBER, offsetof(struct gp_config, smarthost_connections), 1, 50 },
	{ "smarthost-recipients", NUMBER, offsetof(struct gp_config, smarthost_recipients), 1, 1000 },
	{ "operator", TEXT, offsetof(struct gp_config, operator_address), 0, 0 },
	{ "templates", TEXT, offsetof(struct gp_config, templates), 0, 0 },
};

static const char *
nearest_key(const char *name)
{
	const char *best = keys[0].name;

	for (size_t i = 1; i < GP_COUNT(keys); i++)
		if (gp_distance(name, keys[i].name) < gp_distance(name, best))
			best = keys[i].name;
	return best;
}

static bool
read_size(const char *text, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t factor;
	} units[] = { { "", 1 }, { "B", 1 }, { "k", 1024 }, { "KiB", 1024 }, { "kB", 1000 }, { "M", 1 << 20 },
		{ "MiB", 1 << 20 }, { "MB", 1000000 }, { "G", 1 << 30 }, { "GiB", 1 << 30 }, { "GB", 1000000000 } };
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || errno != 0 || n < 0)
		return false;
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < GP_COUNT(units); i++)
		if (strcasecmp(end, units[i].name) == 0 && n <= INT64_MAX / units[i].factor) {
			*ret = n * units[i].factor;
			return true;
		}
	return false;
}

static bool
read_yes_no(const char *text, bool *ret)
{
	*ret = strcmp(text, "yes") == 0;
	return *ret || strcmp(text, "no") == 0;
}

/* False when the value is not of the key's kind, or out of its bounds. */
static bool
put(struct gp_config *config, const struct key *key, const char *value)
{
	void *field = (char *)config + key->offset;
	char *end;
	unsigned long octal;

	switch (key->kind) {
	case TEXT:
		free(*(char **)field);
		*(char **)field = gp_strdup(value);
		return true;
	case LIST:
		gp_strs_add(field, value);
		return *value != '\0';
	case SIZE:
	case NUMBER:
		return read_size(value, field) && *(int64_t *)field >= key->least && *(int64_t *)field <= key->most;
	case OCTAL:
		octal = strtoul(value, &end, 8);
		*(unsigned *)field = (unsigned)octal;
		return *value != '\0' && *end == '\0' && octal <= 0777;
	case YESNO:
		return read_yes_no(value, field);
	}
	return false;
}

static char *
trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static enum gp_rc
read_line(struct gp_config *config, char *line, int number, struct gp_err *err)
{
	char *name = trim(line), *value = strchr(name, '=');

	if (*name == '\0' || *name == '#')
		return GP_OK;
	if (value == NULL)
		return gp_fail_as(err, 78, "5.3.5", "%s, line %d: expected `key = value`", config->path, number);
	*value++ = '\0';
	name = trim(name);
	value = trim(value);
	for (size_t i = 0; i < GP_COUNT(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return put(config, &keys[i], value)
				   ? GP_OK
				   : gp_fail_as(err, 78, "5.3.5",
					 "%s, line %d: `%s` is no value for `%s`; see guildpost.conf", config->path,
					 number, value, name);
	return gp_fail_as(err, 78, "5.3.5", "%s, line %d: there is no key `%s`; the nearest is `%s`", config->path,
	    number, name, nearest_key(name));
}

static void
defaults(struct gp_config *config)
{
	config->listen_mode = 0660;
	config->max_connections = 200;
	config->max_message_size = 25 << 20;
	config->min_free_disk = 500 << 20;
	config->smarthost_connections = 4;
	config->smarthost_recipients = 100;
}

static enum gp_rc
complete(struct gp_config *config, struct gp_err *err)
{
	static const struct {
		size_t offset;
		const char *value;
	} texts[] = {
		{ offsetof(struct gp_config, database), "/var/lib/guildpost/guildpost.db" },
		{ offsetof(struct gp_config, listen_group), "" },
		{ offsetof(struct gp_config, spam_header), "" },
		{ offsetof(struct gp_config, templates), "/usr/share/guildpost/templates" },
		{ offsetof(struct gp_config, smarthost_password_file), "" },
		{ offsetof(struct gp_config, smarthost_ca_file), "" },
	};

	for (size_t i = 0; i < GP_COUNT(texts); i++) {
		char **field = (char **)((char *)config + texts[i].offset);

		if (*field == NULL)
			*field = gp_strdup(texts[i].value);
	}
	if (config->domains.count == 0)
		return gp_fail_as(err, 78, "5.3.5", "%s: the key `domain` is missing", config->path);
	if (config->operator_address == NULL)
		config->operator_address = gp_printf("postmaster@%s", config->domains.v[0]);
	if (config->listen.count == 0)
		gp_strs_add(&config->listen, "unix:/run/guildpost/lmtp.sock");
	if (config->smarthosts.count == 0)
		gp_strs_add(&config->smarthosts, "smtp://127.0.0.1:25");
	return GP_OK;
}

static void
close_file(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
}

enum gp_rc
gp_config_read(const char *path, struct gp_config *ret_config, struct gp_err *err)
{
	SCOPED(close_file) FILE *file = fopen(path, "re");
	char line[4096];

	*ret_config = (struct gp_config){ .path = gp_strdup(path) };
	defaults(ret_config);
	if (file == NULL)
		return gp_fail_as(err, 78, "5.3.5",
		    "cannot read the configuration %s: %s; name one with -c, or make one "
		    "with: guildpost init DIR",
		    path, strerror(errno));
	for (int number = 1; fgets(line, sizeof(line), file) != NULL; number++) {
		if (strchr(line, '\n') == NULL && !feof(file))
			return gp_fail_as(err, 78, "5.3.5", "%s, line %d: too long", path, number);
		GP_TRY(read_line(ret_config, line, number, err));
	}
	return complete(ret_config, err);
}

void
gp_config_release(struct gp_config *config)
{
	for (size_t i = 0; i < GP_COUNT(keys); i++) {
		void *field = (char *)config + keys[i].offset;

		if (keys[i].kind == TEXT)
			gp_free_str(field);
		else if (keys[i].kind == LIST)
			gp_strs_release(field);
	}
	gp_free_str(&config->path);
}

#include "guildpost/cmd/commands.h"

#include <errno.h>
#include <string.h>

#include "cmd/names.h"
#include "guildpost/base/clock.h"
#include "guildpost/desk/community.h"
#include "guildpost/mail/address.h"
#include "guildpost/store/space.h"

enum gp_rc
gp_cmd_community_create(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	struct gp_community_new wanted = { .title = gp_option(&argc, argv, "--title"),
		.steward = gp_option(&argc, argv, "--steward"),
		.timezone = gp_option(&argc, argv, "--timezone"),
		.language = gp_option(&argc, argv, "--language"),
		.rhythm = gp_option(&argc, argv, "--rhythm") };
	SCOPED(gp_free_str) char *name = NULL;

	GP_TRY(gp_option_end(argc, argv, 1, 1,
	    "community create NAME [--title T] [--steward ADDR] [--timezone TZ] [--language L] [--rhythm TEXT]", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &name, &wanted.domain, err));
	wanted.name = name;
	GP_TRY(gp_community_create(&app->desk, &wanted, "operator", gp_clock_now(), err));
	if (!app->quiet && !app->json)
		(void)printf(
		    "Made the community %s. Posts go to %.*s@%s.\nNext: guildpost member add %s ADDRESS --name NAME\n",
		    name, (int)strcspn(name, "@"), name, wanted.domain != NULL ? wanted.domain : app->desk.domain,
		    name);
	return GP_OK;
}

static enum gp_rc
collect_name(void *context, const struct gp_space *space, struct gp_err *err)
{
	(void)err;
	gp_strs_add(context, space->name);
	return GP_OK;
}

/* Members of a community are counted in its main space, where all of them are. */
static enum gp_rc
count_community(struct gp_app *app, const struct gp_community *community, int64_t *ret_spaces, int64_t *ret_members,
    struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	SCOPED(gp_strs_release) struct gp_strs names = { NULL, 0, 0 };
	int64_t posts;

	*ret_members = 0;
	GP_TRY(gp_space_list(app->db, community->id, collect_name, &names, err));
	*ret_spaces = (int64_t)names.count;
	GP_TRY(gp_space_find(app->db, community->name, &space, err));
	return space == NULL ? GP_OK : gp_space_counts(app->db, space->id, ret_members, &posts, err);
}

static enum gp_rc
list_community(struct gp_app *app, const char *name, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	int64_t spaces, members;

	GP_TRY(gp_community_find(app->db, name, &community, err));
	if (community == NULL)
		return GP_OK;
	GP_TRY(count_community(app, community, &spaces, &members, err));
	gp_out_text(app, "name", community->name);
	gp_out_text(app, "title", community->title);
	gp_out_int(app, "spaces", spaces);
	gp_out_int(app, "members", members);
	gp_out_text(app, "timezone", community->timezone);
	gp_out_text(app, "language", community->language);
	gp_out_text(app, "state", community->state);
	gp_out_row(app);
	return GP_OK;
}

enum gp_rc
gp_cmd_community_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs names = { NULL, 0, 0 };

	GP_TRY(gp_option_end(argc, argv, 0, 0, "community list", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_community_list(app->db, &names, err));
	gp_out_begin(app);
	for (size_t i = 0; i < names.count; i++)
		GP_TRY(list_community(app, names.v[i], err));
	gp_out_end(app);
	return GP_OK;
}

static enum gp_rc
show_space(struct gp_app *app, const struct gp_space *space, struct gp_err *err)
{
	char address[GP_ADDRESS_MAX], members[24], posts[24], max_size[24], author_limit[24], space_limit[24];
	int64_t member_count, post_count;

	GP_TRY(gp_space_counts(app->db, space->id, &member_count, &post_count, err));
	gp_space_address(space, "", address);
	(void)snprintf(members, sizeof(members), "%lld", (long long)member_count);
	(void)snprintf(posts, sizeof(posts), "%lld", (long long)post_count);
	(void)snprintf(max_size, sizeof(max_size), "%lld", (long long)space->max_size);
	(void)snprintf(author_limit, sizeof(author_limit), "%lld", (long long)space->author_limit);
	(void)snprintf(space_limit, sizeof(space_limit), "%lld", (long long)space->space_limit);
	const struct gp_shown pairs[] = { { "name", space->name }, { "address", address }, { "title", space->title },
		{ "state", space->state }, { "timezone", space->timezone }, { "language", space->language },
		{ "rhythm", space->rhythm }, { "visibility", space->visibility }, { "posting", space->posting },
		{ "first-posts", space->first_posts }, { "reply-to", space->reply_to }, { "prefix", space->prefix },
		{ "footer", space->footer }, { "charter", space->charter }, { "max-size", max_size },
		{ "delivery", space->delivery }, { "join", space->joining }, { "replies", space->replies },
		{ "author-limit", author_limit }, { "space-limit", space_limit }, { "brief", space->brief },
		{ "members", members }, { "posts", posts } };
	gp_show(app, pairs, GP_COUNT(pairs));
	return GP_OK;
}

/* A community is shown by its main space: they share the settings. */
static enum gp_rc
show(struct gp_app *app, int argc, char **argv, const char *usage, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;

	GP_TRY(gp_option_end(argc, argv, 1, 1, usage, err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	GP_TRY(gp_name_space(app, argv[1], &space, err));
	return show_space(app, space, err);
}

enum gp_rc
gp_cmd_community_show(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	return show(app, argc, argv, "community show NAME", err);
}

enum gp_rc
gp_cmd_space_show(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	return show(app, argc, argv, "space show SPACE", err);
}

typedef enum gp_rc setter(struct gp_desk *desk, const char *name, const char *key, const char *value, const char *by,
    int64_t now, struct gp_err *err);

/* "@FILE": a value of several lines is written in an editor, not in a shell. */
static enum gp_rc
read_value(const char *word, struct gp_buf *out, struct gp_err *err)
{
	FILE *file;
	char octets[4096];
	size_t n;

	if (*word != '@') {
		gp_buf_adds(out, word);
		return GP_OK;
	}
	file = fopen(word + 1, "re");
	if (file == NULL)
		return gp_fail_as(err, 66, "5.3.0", "cannot read %.100s: %s", word + 1, strerror(errno));
	while ((n = fread(octets, 1, sizeof(octets), file)) > 0)
		gp_buf_add(out, octets, n);
	(void)fclose(file);
	return out->full || memchr(out->data, '\0', out->len) != NULL
		   ? gp_fail_as(err, 65, "5.6.0", "%.100s is no text, or larger than 64 KiB", word + 1)
		   : GP_OK;
}

static enum gp_rc
set(struct gp_app *app, int argc, char **argv, setter *put, const char *usage, struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = NULL;
	SCOPED(gp_buf_release) struct gp_buf value = GP_BUF_INIT(64 * 1024);
	const char *domain;

	if (argc != 4)
		return gp_usage(err, "usage: guildpost %s", usage);
	GP_TRY(read_value(argv[3], &value, err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &name, &domain, err));
	GP_TRY(put(&app->desk, name, argv[2], value.data, "operator", gp_clock_now(), err));
	gp_bell_ring(app->db, "desk"); /* a rhythm may fall due earlier now */
	return GP_OK;
}

enum gp_rc
gp_cmd_community_set(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	return set(app, argc, argv, gp_community_set, "community set NAME KEY VALUE", err);
}

enum gp_rc
gp_cmd_space_set(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	return set(app, argc, argv, gp_space_set, "space set SPACE KEY VALUE", err);
}

enum gp_rc
gp_cmd_community_close(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_free_str) char *name = NULL;
	const char *domain;

	GP_TRY(gp_option_end(argc, argv, 1, 1, "community close NAME", err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &name, &domain, err));
	return gp_community_close(&app->desk, name, "operator", gp_clock_now(), err);
}

enum gp_rc
gp_cmd_space_create(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	const char *visibility = gp_option(&argc, argv, "--visibility"), *posting = gp_option(&argc, argv, "--posting");
	SCOPED(gp_free_str) char *community = NULL;
	SCOPED(gp_free_str) char *name = NULL;
	const char *domain, *community_domain;

	GP_TRY(gp_option_end(argc, argv, 2, 2,
	    "space create COMMUNITY NAME [--visibility public|members|private] [--posting "
	    "anyone|members|moderated|stewards]",
	    err));
	GP_TRY(gp_app_open(app, 0, err));
	GP_TRY(gp_name_read(app, argv[1], &community, &community_domain, err));
	GP_TRY(gp_name_read(app, argv[2], &name, &domain, err));
	GP_TRY(
	    gp_space_create(&app->desk, community, name, domain, visibility, posting, "operator", gp_clock_now(), err));
	if (!app->quiet && !app->json)
		(void)printf("Made the space %s.\nNext: guildpost subscribe %s ADDRESS\n", name, name);
	return GP_OK;
}

static enum gp_rc
list_space(struct gp_app *app, const char *community, const char *name, struct gp_err *err)
{
	SCOPED(gp_space_free) struct gp_space *space = NULL;
	char address[GP_ADDRESS_MAX];
	int64_t members, posts;

	GP_TRY(gp_space_find(app->db, name, &space, err));
	if (space == NULL)
		return GP_OK;
	GP_TRY(gp_space_counts(app->db, space->id, &members, &posts, err));
	gp_space_address(space, "", address);
	gp_out_text(app, "name", space->name);
	gp_out_text(app, "community", community);
	gp_out_text(app, "address", address);
	gp_out_text(app, "visibility", space->visibility);
	gp_out_text(app, "posting", space->posting);
	gp_out_text(app, "rhythm", space->rhythm);
	gp_out_int(app, "members", members);
	gp_out_int(app, "posts", posts);
	gp_out_row(app);
	return GP_OK;
}

static enum gp_rc
list_spaces_of(struct gp_app *app, const char *name, struct gp_err *err)
{
	SCOPED(gp_community_free) struct gp_community *community = NULL;
	SCOPED(gp_strs_release) struct gp_strs names = { NULL, 0, 0 };

	GP_TRY(gp_community_find(app->db, name, &community, err));
	if (community == NULL)
		return gp_fail_as(
		    err, 67, "5.1.1", "there is no community `%.40s`; see: guildpost community list", name);
	GP_TRY(gp_space_list(app->db, community->id, collect_name, &names, err));
	for (size_t i = 0; i < names.count; i++)
		GP_TRY(list_space(app, name, names.v[i], err));
	return GP_OK;
}

enum gp_rc
gp_cmd_space_list(struct gp_app *app, int argc, char **argv, struct gp_err *err)
{
	SCOPED(gp_strs_release) struct gp_strs communities = { NULL, 0, 0 };

	GP_TRY(gp_option_end(argc, argv, 0, 1, "space list [COMMUNITY]", err));
	GP_TRY(gp_app_open(app, GP_DB_READ, err));
	if (argc > 1)
		gp_strs_add(&communities, argv[1]);
	else
		GP_TRY(gp_community_list(app->db, &communities, err));
	gp_out_begin(app);
	for (size_t i = 0; i < communities.count; i++)
		GP_TRY(list_spaces_of(app, communities.v[i], err));
	gp_out_end(app);
	return GP_OK;
}

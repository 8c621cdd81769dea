/* scratch.h - a store of its own for one test. */
#pragma once
#include <stdlib.h>
#include <unistd.h>

#include "guildpost/base/mem.h"
#include "guildpost/store/db.h"
#include "unit/says.h"

struct scratch {
	char folder[64];
	char path[96];
	struct gp_db *db;
};

static inline void
scratch_open(struct scratch *s)
{
	struct gp_err err = { .text = "" };

	(void)snprintf(s->folder, sizeof(s->folder), "/tmp/guildpost-unit-XXXXXX");
	SAYS("a scratch folder is made", mkdtemp(s->folder) != NULL);
	(void)snprintf(s->path, sizeof(s->path), "%s/guildpost.db", s->folder);
	if (gp_db_create(s->path, &s->db, &err) != GP_OK)
		fail_msg("a store is made: %s", err.text);
}

static inline void
scratch_close(struct scratch *s)
{
	SCOPED(gp_free_str) char *remove = gp_printf("rm -rf %s", s->folder);

	gp_db_free(&s->db);
	SAYS("the scratch folder goes", system(remove) == 0);
}

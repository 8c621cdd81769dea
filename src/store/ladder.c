#include "store/schema.h"

#include <stdio.h>

#include "guildpost/store/db.h"
#include "store/file.h"

int
gp_schema_newest(void)
{
	return gp_schema_steps[gp_schema_step_count - 1].number;
}

enum gp_rc
gp_schema_number(struct gp_db *db, int *ret_number, struct gp_err *err)
{
	int64_t number = 0;

	GP_TRY(gp_pragma_int(db, "PRAGMA user_version", &number, err));
	*ret_number = (int)number;
	return GP_OK;
}

static enum gp_rc
climb_step(struct gp_db *db, const struct gp_schema_step *step, struct gp_err *err)
{
	SCOPED(gp_tx_end) struct gp_tx tx = { NULL };
	char pragma[48];

	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version=%d", step->number);
	GP_TRY(gp_tx_begin(db, &tx, err));
	GP_TRY(gp_db_run(db, step->sql, err));
	GP_TRY(gp_db_run(db, pragma, err));
	return gp_tx_commit(&tx, err);
}

enum gp_rc
gp_schema_climb(struct gp_db *db, int to, struct gp_err *err)
{
	int number;

	GP_TRY(gp_schema_number(db, &number, err));
	for (int i = 0; i < gp_schema_step_count; i++) {
		const struct gp_schema_step *step = &gp_schema_steps[i];

		if (step->number > number && (to == 0 || step->number <= to))
			GP_TRY(climb_step(db, step, err));
	}
	return GP_OK;
}

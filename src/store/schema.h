/* schema.h - the ladder, as generated from src/store/schema/ by schema.awk.  Private to the store. */
#pragma once
struct gp_schema_step {
	int number;
	const char *name, *sql;
};
extern const struct gp_schema_step gp_schema_steps[];
extern const int gp_schema_step_count;

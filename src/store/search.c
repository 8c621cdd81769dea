#include "guildpost/store/db.h"

const struct gp_db_function_row gp_search_functions[] = { { NULL, 0, NULL } };

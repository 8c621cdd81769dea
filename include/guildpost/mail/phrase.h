/* phrase.h - a text held against a list of phrases.  Floor: mail.
 * Both are compared as they are: fold them first (gp_utf8_fold). A list ends with NULL. */
#pragma once
#include <stdbool.h>

bool gp_begins_with_any(const char *s, const char *const *phrases);
bool gp_holds_any(const char *s, const char *const *phrases);

/* excerpt.h - the few lines that a digest shows of a post (PRODUCT.md section 6).  Floor: mail. */
#pragma once
#include <stdbool.h>

#define GP_EXCERPT_MAX 280 /* characters */

/* own: as gp_own_text gave it. The first paragraph of at least 8 words, greetings passed over, code of more than 3 lines
 * as "[12 lines of log]", cut at a sentence; of a question the sentence with "?". "" when nothing fits. Caller frees. */
char *gp_excerpt(const char *own, bool question);
/* Whether own text asks something: a sentence that ends with a question mark outside of code and links. */
bool gp_asks(const char *own);

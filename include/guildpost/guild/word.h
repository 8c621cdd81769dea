/* word.h - the few words that mails of a few lines may say to the robot.  Floor: guild.  Pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* The first word of a line, lower case, without quotes and marks around it; "" when there is none. Returns where the
 * rest of the line begins. */
#define GP_WORD_SIZE 24
const char *gp_word_first(const char *line, char out[GP_WORD_SIZE]);

enum gp_held_word { GP_HELD_UNCLEAR, GP_HELD_FREE, GP_HELD_REFUSE, GP_HELD_ASK };
/* What a steward says about a held post: the first own line (PRODUCT.md section 8). ret_why: behind the word. What frees
 * stands alone but for a name or a thank-you. */
enum gp_held_word gp_word_held(const char *line, const char **ret_why);

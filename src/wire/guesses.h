/* guesses.h - whoever tries tokens at the door gets slower, and somebody hears of it (ADR-03).  Floor: wire. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Wrong tokens of the hour, over all connections. Old mail has some, too: those of a key that is gone, misspelt ones. */
struct gp_guesses {
	int64_t since_ms, count; /* on the monotonic clock */
};
#define GP_GUESSES_FREE 1000 /* an hour */
/* One more. Returns for how many milliseconds its connection is not read from: 0 until so many came. *ret_alarm: this one
 * is the first that is too many. */
int64_t gp_guessed(struct gp_guesses *guesses, int64_t now_ms, bool *ret_alarm);

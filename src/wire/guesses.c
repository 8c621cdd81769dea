#include "wire/guesses.h"

#define HOUR_MS 3600000
#define REST_MS 200

int64_t
gp_guessed(struct gp_guesses *guesses, int64_t now_ms, bool *ret_alarm)
{
	if (guesses->count == 0 || now_ms - guesses->since_ms >= HOUR_MS)
		*guesses = (struct gp_guesses){ .since_ms = now_ms };
	guesses->count++;
	*ret_alarm = guesses->count == GP_GUESSES_FREE + 1;
	return guesses->count > GP_GUESSES_FREE ? REST_MS : 0;
}

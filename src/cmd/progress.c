#include "cmd/progress.h"

#include <unistd.h>

#include "guildpost/base/clock.h"

#define EVERY_MS 200

struct gp_progress
gp_progress_begin(const struct gp_app *app, const char *what)
{
	return (struct gp_progress){
		.what = what, .begun_ms = gp_clock_mono_ms(), .wanted = !app->quiet && !app->json && isatty(2)
	};
}

void
gp_progress_tell(struct gp_progress *progress, int64_t count, double done)
{
	int64_t now = gp_clock_mono_ms(), spent = now - progress->begun_ms, left;

	if (!progress->wanted || now - progress->told_ms < EVERY_MS)
		return;
	progress->told_ms = now;
	progress->shown = true;
	(void)fprintf(stderr, "\r\033[K%lld %s", (long long)count, progress->what);
	if (spent > 0)
		(void)fprintf(stderr, ", %lld a second", (long long)(count * 1000 / spent));
	if (done > 0.001 && done < 1) {
		left = (int64_t)((double)spent * (1 - done) / done / 1000) + 1;
		(void)fprintf(stderr, ", %d %%, %lld:%02lld left", (int)(done * 100), (long long)(left / 60),
		    (long long)(left % 60));
	}
	(void)fflush(stderr);
}

void
gp_progress_end(struct gp_progress *progress)
{
	if (progress->shown)
		(void)fprintf(stderr, "\r\033[K");
}

/* log.h - one line an event on standard error: "module.event key=value".  Floor: base.
 * The session id stands first, the same keys are used everywhere, values are escaped (strangers wrote them). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum gp_level { GP_LOG_ERROR, GP_LOG_INFO, GP_LOG_DEBUG };

void gp_log_level(enum gp_level level); /* default GP_LOG_INFO */
bool gp_log_wants(enum gp_level level);

/* gp_log(GP_LOG_INFO, "intake.filed", "sid", sid, "space", name, NULL): pairs of strings, NULL ends;
 * a pair whose value is NULL is left out. */
void gp_log(enum gp_level level, const char *event, ...) __attribute__((sentinel));

/* "%lld" in one of eight turning buffers, for use within one gp_log() call. */
const char *gp_log_int(int64_t n);

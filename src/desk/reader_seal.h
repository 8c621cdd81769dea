/* reader_seal.h - how the reader gives up its rights before it sees a stranger's octet.  Floor: desk. */
#pragma once
#include <stdbool.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define GP_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GP_SANITIZED 1
#endif
#endif

/* Ends the process when the limit cannot be set. */
void gp_reader_limit(int what, rlim_t value);

/* From here on: bounded processor time and memory, no network, no process, no file but the system's own libraries and time
 * zones. False when that cannot be had. */
bool gp_reader_seal(void);

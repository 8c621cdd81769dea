/* err.h - the two failures of mail: not now, and never.  Floor: base. */
#pragma once

#define GP_MUST_CHECK	__attribute__((warn_unused_result))
#define GP_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define SCOPED(release) __attribute__((cleanup(release)))
#define GP_TRY(call)                                                                                                   \
	do {                                                                                                           \
		enum gp_rc rc_ = (call);                                                                               \
		if (rc_ != GP_OK)                                                                                      \
			return rc_;                                                                                    \
	} while (0)
#define TAKE(p)                                                                                                        \
	__extension__({                                                                                                \
		__typeof__(p) v_ = (p);                                                                                \
		(p) = NULL;                                                                                            \
		v_;                                                                                                    \
	})
#define GP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum gp_rc {
	GP_OK = 0,
	GP_TEMP = 4, /* 4.x.x: not now; whoever holds the message keeps it and tries again */
	GP_PERM = 5, /* 5.x.x: never; say so to the envelope sender */
};

struct gp_err {
	char status[10]; /* RFC 3463 section 2, such as "4.3.1" */
	char text[256]; /* for the peer or the person at the terminal: no SQL, no member's address */
	char detail[256]; /* for the log: whatever helps the person on call */
	int sysexit; /* what a command exits with (sysexits.h); 0: 75 for TEMP, 65 for PERM */
};

/* Fills err (status, text; detail and sysexit emptied) and returns the class that
 * status names, so the two cannot disagree. */
enum gp_rc gp_fail(struct gp_err *err, const char *status, const char *fmt, ...) GP_PRINTF(3, 4);

/* The same, and names the exit status that a command gives for it. */
enum gp_rc gp_fail_as(struct gp_err *err, int sysexit, const char *status, const char *fmt, ...) GP_PRINTF(4, 5);

/* Adds what only the log may say. Returns rc unchanged, so that it chains. */
enum gp_rc gp_err_detail(struct gp_err *err, enum gp_rc rc, const char *fmt, ...) GP_PRINTF(3, 4);

/* dsn_words.h - words of mail systems that report without RFC 3464, in the languages that they speak.
 * Folded (gp_utf8_fold); a list ends with NULL. */
#pragma once

/* "Name <local@domain" of those who send reports. */
extern const char *const gp_dsn_author[];
/* In the subject of a report. */
extern const char *const gp_dsn_subject[];
/* The returned message begins behind such a line. */
extern const char *const gp_dsn_returned[];
/* Before an address that failed. */
extern const char *const gp_dsn_recipient[];
/* Before one that did not. */
extern const char *const gp_dsn_not_recipient[];
/* The name of such a field, where a line begins with it. */
extern const char *const gp_dsn_from[];
/* In a line that seems to begin the returned message, and does not. */
extern const char *const gp_dsn_not_returned[];
/* Said about a recipient on the same line. */
extern const char *const gp_dsn_unknown[];
/* Blames the message, its road or its sender (SND-05). */
extern const char *const gp_dsn_policy[];
/* Blames them whatever the number says: a list that takes these for an unknown mailbox loses members. */
extern const char *const gp_dsn_strong_policy[];
/* The mailbox is full. */
extern const char *const gp_dsn_full[];
/* The domain is not to be found, which may pass. */
extern const char *const gp_dsn_domain[];
/* Tried until the time was over: soft (SND-05, 5.4.7). */
extern const char *const gp_dsn_expired[];
/* Not given up yet. */
extern const char *const gp_dsn_delay[];
/* Given up, whatever else is said. */
extern const char *const gp_dsn_final[];
/* Without any of these a text is no report. */
extern const char *const gp_dsn_says[];

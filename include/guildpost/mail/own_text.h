/* own_text.h - what the author wrote this time.  Floor: mail.  Linear in the text, and bounded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* text: UTF-8, LF. Without quotes, attribution lines, signature, list footers and legal notices. Caller frees. */
char *gp_own_text(const char *text);
/* The first line of own text that says something, trimmed, what it greets with taken off: the command
 * line. Caller frees. */
char *gp_first_line(const char *own);
/* Octets of the greeting or thanks at the beginning of the line, with names and the mark behind it: "Hi Ann, yes" leaves
 * "yes". 0 when it begins otherwise. In many languages. */
size_t gp_greeting_length(const char *line, size_t n);
/* A line that only greets or thanks ("Hi all,"). */
bool gp_is_greeting(const char *line, size_t n);

/* boundary.h - the lines between the parts of a multipart (RFC 2046 section 5.1.1).  Floor: mail. */
#pragma once
#include <stddef.h>

/* Offset behind the line that begins at `at`; at most end. */
size_t gp_line_after(const char *octets, size_t at, size_t end);
/* Is the line at `at` a delimiter of this boundary? 0 no, 1 yes, 2 the last one. */
int gp_delimiter(const char *octets, size_t at, size_t end, const char *boundary);

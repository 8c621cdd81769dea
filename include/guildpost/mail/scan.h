/* scan.h - the linear look at a stranger's octets before any library sees them (SEC-06).  Floor: mail. */
#pragma once
#include <stddef.h>

#define GP_SCAN_DEPTH	 20 /* multiparts and messages inside each other */
#define GP_SCAN_PARTS	 500
#define GP_SCAN_FIELDS	 1000 /* of one header */
#define GP_SCAN_HEADER	 (256 * 1024) /* octets of one header */
#define GP_SCAN_BOUNDARY 70 /* RFC 2046 section 5.1.1 */
#define GP_SCAN_COMMENTS 64 /* "(" inside each other in a field */

struct gp_scan {
	const char *refused; /* static: "" or "nesting", "parts", "header", "boundary" */
	size_t parts, depth; /* the most seen */
	size_t open; /* multiparts that have not ended */
	size_t passes; /* octets that a parser reads which scans each level anew */
};
/* octets: from the first header field on, line ends CR LF or LF. One pass, no allocation, no recursion. */
void gp_scan(const char *octets, size_t n, struct gp_scan *ret_scan);

/* practice.h - what counts as taking part (PRODUCT.md section 4).  Floor: guild. */
#pragma once

#define GP_LEVEL_WEEKS	13 /* that a level looks back over */
#define GP_CORE_WEEKS	8 /* with a post, of these: core */
#define GP_ACTIVE_WEEKS 3 /* active; fewer: peripheral */
#define GP_OFTEN_WINDOW 8 /* weeks; who posts in so many of them ... */
#define GP_OFTEN_WEEKS	4 /* ... is asked once whether each post is wanted */
#define GP_QUIET_WEEKS	4 /* without a post, of somebody who is core or active: the stewards hear of it */

/*
 * Ages at which a cloud itself removes what is in a bucket: the same on each.
 */

/** Days after which parts of uploads that nobody finished go. */
export const uploadDays = 7;

/** How often the days of scratch a cloud waits before it removes by object what the site has not removed by store. */
export const backstop = 3;

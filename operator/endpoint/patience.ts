/** How long what does not work is borne with before users are told, ms. */

/** Roles take up to 30 minutes to take effect (Microsoft's articles on private endpoints). */
export const deniedPatienceMs = 30 * 60_000
/** So long, what was last seen of Azure stands while it can't be read. */
export const blindPatienceMs = 5 * 60_000

/** Beyond these, code would be longer than it is worth; what others wrote must not decide how long it gets. */
export const mostMembers = 200
/** Names and what stands between them, spaces included, in bytes. Each takes about nine of code, and more once compiled. */
export const mostFixedBytes = 16 * 1024

/** What a client may ask of the server, so that none can hold memory, descriptors or a stop. */

/** Far beyond any configuration, far below what would hurt. */
export const bodyLimitBytes = 8 * 1024 * 1024
/** Path and headers together. A name of 4096 characters takes up to twelve bytes each in a path. */
export const maxHeaderSize = 64 * 1024
/** Connections of one listener; more are closed as they come. */
export const maxConnections = 1000
/** How long a connection may rest, be it before its first request or between two; as Java's. */
export const keepAliveTimeout = 90_000
/** How long the headers of a request may take to arrive, and the whole of it. */
export const headersTimeout = 30_000
export const requestTimeout = 60_000
/** How long the client may take to read an answer. */
export const answerTimeout = 60_000
export const handshakeTimeout = 30_000
/** How long a connection may be silent while it is answered: longer than any request may take. */
export const idleTimeout = 120_000
/** How often the limits above are looked at. */
export const connectionsCheckingInterval = 5000
/** What a stop leaves to clients that read slowly, or still send. */
export const slowClientMs = 2000

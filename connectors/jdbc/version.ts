/** The release of Confluent's connectors whose contract these keep. */
export const version = '10.9.7'

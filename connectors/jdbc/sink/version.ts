/** The release of Confluent's connector whose keys and tables these are. */
export const version = '10.9.7'

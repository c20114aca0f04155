/** The release of Kafka Connect whose contract we keep, which clients and dashboards ask for. */
export const kafkaVersion = '4.3.1'

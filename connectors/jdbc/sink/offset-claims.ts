import type { SinkRecord } from 'sluice/api'

/** Records of one partition that are written together: from the first of them to behind the last. */
export interface OffsetClaim {
  readonly topic: string
  readonly partition: number
  readonly first: number
  readonly next: number
}

/** Where the records lie in Kafka, a claim a partition. */
export function claimsOf(records: readonly SinkRecord[]): readonly OffsetClaim[] {
  const claims = new Map<
    string,
    { topic: string; partition: number; first: number; next: number }
  >()
  for (const record of records) {
    const { originalTopic: topic, originalKafkaPartition: partition } = record
    const offset = Number(record.originalKafkaOffset)
    const key = partitionKey(topic, partition)
    const claim = claims.get(key)
    if (claim === undefined) claims.set(key, { topic, partition, first: offset, next: offset + 1 })
    else {
      claim.first = Math.min(claim.first, offset)
      claim.next = Math.max(claim.next, offset + 1)
    }
  }
  return [...claims.values()]
}

export function partitionKey(topic: string, partition: number): string {
  return `${partition}:${topic}`
}

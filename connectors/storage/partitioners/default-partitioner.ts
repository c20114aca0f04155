import type { SinkRecord } from 'sluice/api'
import type { Partitioner } from './partitioner.ts'

/** `partition=<n>`: a directory for each partition in Kafka. */
export class DefaultPartitioner implements Partitioner {
  readonly byTime = false
  readonly deterministic = true
  #partition = -1
  #text = ''

  /** Hot. */
  encode({ kafkaPartition }: SinkRecord): string {
    if (kafkaPartition !== this.#partition) {
      this.#partition = kafkaPartition
      this.#text = `partition=${kafkaPartition}`
    }
    return this.#text
  }

  timestampOf(): null {
    return null
  }
}

import type { CodecName } from '../../src/kafka/records/compression.ts'

/** What a client is to do in a process of its own, once: each client's module has a function for either step. */
export interface ClientTask {
  readonly step: 'produce' | 'fetch'
  readonly bootstrapServers: string
  readonly topic: string
  readonly records: number
  readonly codec: CodecName | 'none'
  /** Produced in transactions, or fetched as one who reads committed records alone. */
  readonly transactional: boolean
  /** Of {@link payloadLines}; what is produced. */
  readonly payloadFile: string
  /** Whether each fetched value is made a string, or only looked at where it lies. Sluice's only. */
  readonly strings: boolean
}

/** What a client has to say of itself. */
export interface ClientReport {
  readonly records: number
  /** From the first record, or the assignment, to the last acknowledgement, or record. */
  readonly seconds: number
  /** CPU of the whole process over the second half of the records, a record. */
  readonly warmMicros: number
}

/** A transaction is committed after so long: Kafka's own tool is told the same. */
export const transactionMs = 100

/** How many records a client hands over at once. */
export const pollRecords = 1000

/** Values without end, one after another. */
export function payloadAt<T>(payloads: readonly T[], index: number): T {
  const payload = payloads[index % payloads.length]
  if (payload === undefined) throw new Error('There is no payload.')
  return payload
}

/** More than a batch holds: none of them comes twice in one, which would please a codec. */
const payloadBytes = 512 * 1024

/** Lines of exactly `bytes` bytes, which compress as rows of a table written as JSON do. */
export function payloadLines(bytes: number): string[] {
  const count = Math.ceil(payloadBytes / bytes)
  const random = randomFrom(20)
  const words = ['created', 'paid', 'shipped', 'returned', 'cancelled', 'north', 'south', 'express']
  return Array.from({ length: count }, (_, i) => {
    let line = `{"id":${i},"amount":${(random() * 1e4).toFixed(2)}`
    while (line.length < bytes) {
      const word = words[Math.floor(random() * words.length)] ?? ''
      line += `,"${word}":"${Math.floor(random() * 2 ** 32).toString(36)}"`
    }
    return `${line.slice(0, bytes - 1)}}`
  })
}

/** Mulberry32: the same lines in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Times a client from inside. */
export class Stopwatch {
  readonly #records: number
  #startedAt = 0
  #half: { readonly at: number; readonly cpu: NodeJS.CpuUsage } | null = null

  constructor(records: number) {
    this.#records = records
  }

  start(): void {
    this.#startedAt = performance.now()
  }

  /** To be told now and then how many records are done. */
  passed(records: number): void {
    if (this.#half === null && records >= this.#records / 2) {
      this.#half = { at: records, cpu: process.cpuUsage() }
    }
  }

  stop(records: number): ClientReport {
    const seconds = (performance.now() - this.#startedAt) / 1000
    const { user, system } = process.cpuUsage(this.#half?.cpu)
    const warm = records - (this.#half?.at ?? 0)
    return { records, seconds, warmMicros: warm > 0 ? (user + system) / warm : NaN }
  }
}

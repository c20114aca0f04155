import { JavaOracle } from '../../oracle/java-oracle.ts'

/** A record as Kafka's own consumer read it. */
export interface LogRecord {
  readonly offset: number
  /** With which its value begins. */
  readonly number: number
  /** CRC-32 of the value. */
  readonly checksum: number
}

/** A topic as it was when no transaction was open in it; by partition. */
export interface LogView {
  readonly ends: readonly number[]
  readonly all: readonly (readonly LogRecord[])[]
  readonly committed: readonly (readonly LogRecord[])[]
}

/** How long transactions may take to be over in the log. */
const waitMs = 20_000

type Answer =
  | { readonly error: string }
  | {
      readonly error?: undefined
      readonly ends: readonly number[]
      readonly all: readonly (readonly number[])[]
      readonly committed: readonly (readonly number[])[]
    }

/** Kafka's consumers, in one Java process for all who ask. */
export class LogReader {
  readonly #oracle: JavaOracle
  readonly #bootstrapServers: string
  #tail: Promise<unknown> = Promise.resolve()

  private constructor(oracle: JavaOracle, bootstrapServers: string) {
    this.#oracle = oracle
    this.#bootstrapServers = bootstrapServers
  }

  static async start(bootstrapServers: string): Promise<LogReader> {
    return new LogReader(await JavaOracle.start('LogReader'), bootstrapServers)
  }

  /** What is in the partitions of `topic` from these offsets on. Rejects where a transaction stays open. */
  async read(topic: string, from: readonly number[]): Promise<LogView> {
    const question = { bootstrapServers: this.#bootstrapServers, topic, from, waitMs }
    const asked = this.#tail.then(() => this.#oracle.ask(question))
    this.#tail = asked.catch(() => undefined)
    const answer = (await asked) as Answer
    if (answer.error !== undefined) throw new Error(answer.error)
    return {
      ends: answer.ends,
      all: answer.all.map(recordsOf),
      committed: answer.committed.map(recordsOf),
    }
  }

  [Symbol.dispose](): void {
    this.#oracle[Symbol.dispose]()
  }
}

function recordsOf(numbers: readonly number[]): LogRecord[] {
  const records: LogRecord[] = []
  for (let i = 0; i < numbers.length; i += 3) {
    const [offset = 0, number = 0, checksum = 0] = numbers.slice(i, i + 3)
    records.push({ offset, number, checksum })
  }
  return records
}

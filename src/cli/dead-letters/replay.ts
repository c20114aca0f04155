import { createHash } from 'node:crypto'
import { createGroupAdmin } from '../../kafka/admin/group-admin.ts'
import { partitionText } from '../../kafka/topic-partitions.ts'
import { ConfigError } from '../../errors/connect-error.ts'
import { errorLine, letterOf, matches, placeOf } from './letter.ts'
import type { Letter } from './letter.ts'
import type { LetterTopics, Range } from './letter-topics.ts'
import { LetterWriter } from './letter-writer.ts'
import type { DlqOptions } from './options.ts'
import { planOf } from './replay-plan.ts'

/** How often it is noted how far a replay has come. */
const noteEveryMs = 2000

/**
 * Writes letters back. What was written is acknowledged before it is noted how far the replay has come (invariant 1), so one that
 * is broken off repeats at most what came after the last note. It ends where the queue ended when it began: what fails again
 * and comes back is for the next one.
 */
export async function replay(
  topics: LetterTopics,
  options: DlqOptions,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const progress = new Progress(options)
  const counts = new Counts(options, print)
  const [queue = ''] = options.topics
  if (options.to === queue) throw new ConfigError(`--to ${queue} is the queue itself.`)
  await using writer = options.execute ? await LetterWriter.open(options.client, signal) : null
  const ranges = await progress.rest(await topics.ranges(options.topics), signal)
  await topics.read(ranges, async (records, reached) => {
    let done = reached
    for (const raw of records) {
      const letter = letterOf(raw)
      if (!matches(letter, options.filter)) continue
      if (counts.atLimit) {
        done = { ...reached, to: raw.offset }
        break
      }
      const plan = planOf(letter, options.to, options.maxReplays)
      const certain = 'topic' in plan && plan.topic === queue ? toItself : plan
      counts.count(letter, certain)
      if ('topic' in certain) await writer?.write(letter, certain, signal)
    }
    if (writer !== null) {
      await writer.flush(signal)
      await progress.reached(done, signal)
    }
    return done === reached
  })
  if (writer !== null) await progress.note(signal)
  counts.print()
}

const toItself = { leftBecause: 'it came from the queue itself' } as const

/** How far a replay has come, as offsets of a consumer group that has no members. Another selection has another group. */
class Progress {
  readonly #options: DlqOptions
  readonly #group: string
  #pending = new Map<string, Range>()
  #notedAt = performance.now()

  constructor(options: DlqOptions) {
    const { topics, filter, to } = options
    const selection = createHash('sha256').update(JSON.stringify([filter, to]))
    this.#options = options
    this.#group = `connect-dlq-${topics[0] ?? ''}-${selection.digest('hex').slice(0, 8)}`
  }

  /** What is left of `ranges`. */
  async rest(ranges: readonly Range[], signal: AbortSignal): Promise<readonly Range[]> {
    if (this.#options.fromBeginning) return ranges
    const noted = await createGroupAdmin(this.#options.client).offsets(this.#group, signal)
    const offsets = new Map(noted.map((each) => [partitionText(each), each.offset]))
    return ranges.map((range) => {
      const offset = offsets.get(partitionText(range)) ?? range.from
      return { ...range, from: Math.max(range.from, offset) }
    })
  }

  /** All of the range is done. Noted now and then, as each time takes a connection. */
  async reached(range: Range, signal: AbortSignal): Promise<void> {
    this.#pending.set(partitionText(range), range)
    if (performance.now() - this.#notedAt >= noteEveryMs) await this.note(signal)
  }

  async note(signal: AbortSignal): Promise<void> {
    const offsets = Array.from(this.#pending.values(), ({ topic, partition, to }) => ({
      topic,
      partition,
      offset: to,
    }))
    if (offsets.length === 0) return
    await createGroupAdmin(this.#options.client).commit(this.#group, offsets, signal)
    this.#pending = new Map()
    this.#notedAt = performance.now()
  }
}

/** What is done, or would be, for the end of the run. */
class Counts {
  readonly #options: DlqOptions
  readonly #print: (line: string) => void
  readonly #written = new Map<string, number>()
  readonly #left = new Map<string, number>()
  #total = 0

  constructor(options: DlqOptions, print: (line: string) => void) {
    this.#options = options
    this.#print = print
  }

  get atLimit(): boolean {
    return this.#options.limit !== null && this.#total >= this.#options.limit
  }

  count(letter: Letter, plan: ReturnType<typeof planOf>): void {
    const { verbose, execute } = this.#options
    const isLeft = 'leftBecause' in plan
    const [counts, key] = isLeft ? [this.#left, plan.leftBecause] : [this.#written, plan.topic]
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (!isLeft) this.#total++
    if (!verbose) return
    const verb = execute ? 'to' : 'would go to'
    const what = isLeft ? `left: ${key}` : `${verb} ${key}`
    this.#print(`${placeOf(letter.raw)} ${what}  (${errorLine(letter)})`)
  }

  print(): void {
    const verb = this.#options.execute ? 'replayed to' : 'would be replayed to'
    for (const [topic, count] of this.#written) this.#print(`${count} ${verb} ${topic}`)
    for (const [why, count] of this.#left) this.#print(`${count} left: ${why}`)
    if (this.#written.size + this.#left.size === 0) this.#print('Nothing to replay.')
    if (!this.#options.execute && this.#written.size > 0) {
      this.#print('Nothing was written: run it again with --execute.')
    }
  }
}

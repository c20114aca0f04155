import fc from 'fast-check'
import type { HostPort } from '../../../src/kafka/net/socket.ts'
import { codecNames, loadCodec } from '../../../src/kafka/records/compression.ts'
import { setLogLevel } from '../../../src/util/log-levels.ts'
import { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts'
import { History } from './history.ts'
import type { LogReader } from './log-reader.ts'
import { leastHits, modes, partitionCount, schedules } from './schedule.ts'
import type { Schedule } from './schedule.ts'
import { textOf } from './schedule-text.ts'
import { ScheduledRun } from './scheduled-run.ts'
import type { Tally } from './tally.ts'
import { problemsOf } from './verdict.ts'

export interface CampaignOptions {
  readonly bootstrapServers: string
  readonly reader: LogReader
  /** A topic with three partitions for each schedule that runs at the same time. */
  readonly topics: readonly string[]
  /** How many schedules count in all. */
  readonly count: number
  readonly seed: number
  /** What was run is added to it, also where the campaign fails. */
  readonly tally: Tally
  /** Only the one schedule with this path of fast-check's, which is then made smaller while it fails. */
  readonly path?: string
}

/** Of one schedule; those that are slower hang. */
const limitMs = 120_000

/**
 * Runs random schedules, several at once, each on a topic of its own, and looks after each one whether the log is as it must
 * be. Rejects with what is wrong, the schedule and how to run it again.
 */
export async function runCampaign(options: CampaignOptions): Promise<void> {
  const { topics, count, seed, path } = options
  setLogLevel('root', 'OFF')
  await Promise.all(codecNames.map((name) => loadCodec(name)))
  const lanes = path === undefined ? topics : topics.slice(0, 1)
  const state = { failed: false }
  const results = await Promise.allSettled(
    lanes.map(async (topic, i) => {
      const lane = new Lane(topic, options)
      const share = Math.floor(count / lanes.length) + (i < count % lanes.length ? 1 : 0)
      const property = fc.asyncProperty(schedules(fc.constantFrom(...modes)), async (schedule) => {
        if (!state.failed || path !== undefined) await lane.run(schedule)
      })
      const replayed = path !== undefined && { path, endOnFailure: false }
      const details = await fc.check(property, {
        seed: seed + i,
        numRuns: share,
        endOnFailure: true,
        ...replayed,
      })
      if (!details.failed) return
      state.failed = true
      throw failureOf(details)
    }),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

function failureOf(details: fc.RunDetailsCommon<[Schedule]>): Error {
  const { seed, counterexamplePath, counterexample, errorInstance: cause } = details
  if (counterexample === null) return new Error('Too many schedules had to be left out.')
  const [schedule] = counterexample
  const again = `Run it again with SLUICE_SEED=${seed}/${counterexamplePath ?? ''}`
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new Error(`${reason}\n${again}\n${textOf(schedule)}`, { cause })
}

/** A topic, in which schedules leave their records one after another. */
class Lane {
  readonly #topic: string
  readonly #options: CampaignOptions
  #from: readonly number[] = Array.from({ length: partitionCount }, () => 0)
  #count = 0

  constructor(topic: string, options: CampaignOptions) {
    this.#topic = topic
    this.#options = options
  }

  /** One that was not struck often enough is left out. */
  async run(schedule: Schedule): Promise<void> {
    const { bootstrapServers, reader, tally } = this.#options
    const topic = this.#topic
    const history = new History()
    await using proxy = await FaultProxy.start(addressOf(bootstrapServers))
    const signal = AbortSignal.timeout(limitMs)
    const transactionalId = `${topic}-${this.#count++}`
    const parts = { schedule, topic, transactionalId, proxy, history, signal }
    const began = performance.now()
    const problems: string[] = []
    await new ScheduledRun(parts).run().catch((error: unknown) => {
      problems.push(`the run ended with ${String(error)}`)
    })
    const ranMs = performance.now() - began
    try {
      const log = await reader.read(topic, this.#from)
      this.#from = log.ends
      problems.push(...problemsOf(history, log))
    } catch (error) {
      problems.push(`the log cannot be read: ${String(error)}`)
    }
    if (problems.length > 0) throw new Error(problems.slice(0, 8).join('\n'))
    const counted = proxy.hits.length >= leastHits
    tally.add(schedule, { history, hits: proxy.hits, counted, ranMs })
    fc.pre(counted)
  }
}

function addressOf(bootstrapServers: string): HostPort {
  const [host = '', port = ''] = bootstrapServers.split(':')
  return { host, port: Number(port) }
}

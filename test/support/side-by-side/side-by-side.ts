import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { delay } from '../../../src/util/abort.ts'
import { setLogLevel } from '../../../src/util/log-levels.ts'
import type { WorkerKind } from '../connect-cluster/connect-cluster.ts'
import type { RestAnswer } from '../connect-cluster/rest.ts'
import { comparableAnswer, comparableTopics } from './comparable.ts'
import type { ComparableAnswer, ComparableTopics } from './comparable.ts'
import { viewOf } from './config-view.ts'
import { differenceOf } from './differences.ts'
import { unsettled } from './settled.ts'
import type { Restart } from './settled.ts'
import { Side } from './side.ts'
import type { Step } from './steps.ts'

export interface SidesOptions {
  readonly bootstrapServers: string
  /** Workers of each side, in the order of their start. */
  readonly java: readonly WorkerKind[]
  readonly other: readonly WorkerKind[]
  readonly properties?: Readonly<Record<string, string>>
}

const limitMs = 120_000
/** Within which sides that have settled are alike. */
const alikeMs = 30_000
const mostDiffering = 8
/** Status records of two workers cross each other within milliseconds. */
const leftoverMs = 10_000
const everyMs = 100
/** Within which a worker has heard how a rebalance has ended, or that one is to begin: some heartbeats, and what it reads then. */
const heardMs = 10_000

/** Two clusters to which the same is done, and that must then be alike: their answers, and their internal topics. */
export class SideBySide implements AsyncDisposable {
  /** Titles of the differences that were met. */
  readonly met = new Set<string>()
  readonly #java: Side
  readonly #other: Side
  readonly #told: string[] = []

  /** So many records of each side's configurations have been compared. */
  readonly #compared = new Map<Side, number>()
  #accepted = 0
  #differing = 0

  private constructor(java: Side, other: Side) {
    this.#java = java
    this.#other = other
  }

  static async start(options: SidesOptions): Promise<SideBySide> {
    setLogLevel('root', 'OFF')
    const { bootstrapServers, properties = {} } = options
    const started = await Promise.allSettled(
      [options.java, options.other].map((kinds) =>
        Side.start({ bootstrapServers, kinds, properties }),
      ),
    )
    const [java, other] = started.map((side) => (side.status === 'fulfilled' ? side.value : null))
    if (java && other) return new SideBySide(java, other)
    await java?.[Symbol.asyncDispose]()
    await other?.[Symbol.asyncDispose]()
    throw started.find((side) => side.status === 'rejected')?.reason
  }

  /** So many requests were accepted by both. */
  get accepted(): number {
    return this.#accepted
  }

  /** So many requests have been made of each. */
  get count(): number {
    return this.#told.length
  }

  async do(step: Step): Promise<void> {
    this.#told.push(`${step.method} ${step.path} ${JSON.stringify(step.body ?? '')}`)
    const isRead = step.method === 'GET' || step.path.endsWith('/validate')
    if (isRead) await this.#eventually(() => this.#answers(step))
    else await this.#change(step)
  }

  async topicsAsCreated(): Promise<readonly unknown[]> {
    return [await this.#java.topicsAsCreated(), await this.#other.topicsAsCreated()]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#java[Symbol.asyncDispose]()
    await this.#other[Symbol.asyncDispose]()
  }

  async #change(step: Step): Promise<void> {
    const restart = this.#restartOf(step)
    const [java, other] = await this.#answers(step)
    this.#compare(java, other)
    const isAccepted = java.status < 300
    if (isAccepted) this.#accepted++
    const restarts = isAccepted && restart !== null ? [restart] : []
    const ofSide = (side: Side): Restart[] =>
      restarts.map((each) => ({ ...each, name: side.own(each.name) }))
    const settled = await Promise.all(
      [this.#java, this.#other].map((side) => this.#settle(side, ofSide(side))),
    )
    if (settled.includes(false)) await this.#deleteAgain(step)
    await this.#compareTopics()
  }

  /** False where Java has left a status behind. */
  async #settle(side: Side, restarts: readonly Restart[]): Promise<boolean> {
    const began = Date.now()
    for (;;) {
      const open = await unsettled(side, restarts)
      if (open === null) return true
      const ms = Date.now() - began
      if (open.isLeftover && side.isJava && ms > leftoverMs) return false
      if (ms > limitMs) throw new Error(`${open.what}\n${this.#story()}`)
      await delay(everyMs)
    }
  }

  /** On both sides, so that both have the same records. */
  async #deleteAgain({ method, path }: Step): Promise<void> {
    if (method !== 'DELETE') throw new Error(`Java left a status behind.\n${this.#story()}`)
    const config = { 'connector.class': 'FileStreamSource', file: '{dir}/none', topic: '@none' }
    await this.do({ method: 'PUT', path: `${path}/config`, body: config })
    await this.do({ method, path })
  }

  async #answers(step: Step): Promise<readonly [Met, Met]> {
    const of = async (side: Side): Promise<Met> => {
      const answer = await this.#answerOf(side, step)
      return { step, ...comparableAnswer(side, step.path, answer) }
    }
    return await Promise.all([of(this.#java), of(this.#other)])
  }

  /** As any client does, it asks again while the group is rebalanced, and until its workers have heard that it no longer is. */
  async #answerOf(side: Side, step: Step): Promise<RestAnswer> {
    let movedAt = Date.now()
    for (;;) {
      const answer = await side.call(step, step.via ?? 0)
      if (!isMomentary(answer)) return answer
      if (await side.isRebalancing()) movedAt = Date.now()
      if (Date.now() > movedAt + heardMs) return answer
      await delay(everyMs)
    }
  }

  /** Asks until both sides are alike: what is read follows what was done, but not at once. */
  async #eventually(look: () => Promise<readonly [unknown, unknown]>): Promise<void> {
    const deadline = Date.now() + alikeMs
    for (;;) {
      const [java, other] = await look()
      if (isDeepStrictEqual(java, other) || this.#isKnown(java, other)) return
      if (Date.now() > deadline) {
        this.#compare(java, other)
        return
      }
      await delay(everyMs)
      await Promise.all([this.#java.watch.toEnd(), this.#other.watch.toEnd()])
    }
  }

  /** Of the configurations what has come since the last time, so that one difference is told once. */
  async #compareTopics(): Promise<void> {
    const of = (side: Side): ComparableTopics =>
      comparableTopics(side, this.#compared.get(side) ?? 0)
    await this.#eventually(() => Promise.resolve([of(this.#java), of(this.#other)] as const))
    for (const side of [this.#java, this.#other])
      this.#compared.set(side, side.watch.records(side.cluster.configTopic).length)
  }

  /** What comes after a difference is compared too, but not for ever. */
  #compare(java: unknown, other: unknown): void {
    if (this.#isKnown(java, other) || isDeepStrictEqual(java, other)) return
    if (++this.#differing >= mostDiffering) expect(other, this.#story()).toEqual(java)
    expect.soft(other, this.#story()).toEqual(java)
  }

  #isKnown(java: unknown, other: unknown): boolean {
    if (!isMet(java) || !isMet(other) || isDeepStrictEqual(java, other)) return false
    const difference = differenceOf(java.step, java, other)
    if (difference !== undefined) this.met.add(difference.title)
    return difference !== undefined
  }

  /** What the request restarts, where that is something that runs. */
  #restartOf({ method, path }: Step): Restart | null {
    const [, name = '', task, rest] =
      /^\/connectors\/([^/]+)(?:\/tasks\/(\d+))?\/restart(.*)$/.exec(path) ?? []
    if (method !== 'POST' || rest === undefined || rest.includes('onlyFailed')) return null
    const own = this.#java.own(decodeURIComponent(name))
    const view = viewOf(this.#java.watch.records(this.#java.cluster.configTopic)).get(own)
    if (view?.target !== 'STARTED') return null
    const at = Date.now()
    if (task !== undefined) return { name, at, connector: false, tasks: Number(task) }
    return { name, at, connector: true, tasks: rest.includes('includeTasks') ? 'all' : 'none' }
  }

  #story(): string {
    return `${this.#java.name} beside ${this.#other.name}, after:\n${this.#told.slice(-12).join('\n')}`
  }
}

/** Java's answers of a worker that is about to join its group anew, has just done so, or has not read what was written last. */
const momentary = [
  'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)',
  'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
] as const

function isMomentary({ status, text }: RestAnswer): boolean {
  return status === 409 && momentary.some((message) => text.includes(message))
}

type Met = ComparableAnswer & { readonly step: Step }

function isMet(value: unknown): value is Met {
  return typeof value === 'object' && value !== null && 'step' in value
}

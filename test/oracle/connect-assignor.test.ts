import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assignEagerly } from '../../src/herder/distributed/eager-assignor.ts'
import { IncrementalAssignor } from '../../src/herder/distributed/incremental-assignor.ts'
import type { IncrementalAssignment } from '../../src/herder/distributed/incremental-assignor.ts'
import { noWork } from '../../src/herder/distributed/work.ts'
import type { Work } from '../../src/herder/distributed/work.ts'
import { taskIdText } from '../../src/messages/ids.ts'
import { JavaOracle } from './java-oracle.ts'

let java: JavaOracle

beforeAll(async () => {
  java = await JavaOracle.start('ConnectAssignorOracle')
}, 120_000)

afterAll(() => java[Symbol.dispose]())

/** What happens to a group before its next rebalance. */
type Event =
  | { readonly kind: 'configure'; readonly connector: string; readonly tasks: number }
  | { readonly kind: 'delete'; readonly connector: string }
  | { readonly kind: 'join'; readonly member: string }
  | { readonly kind: 'leave'; readonly nth: number }
  /** The member gives up everything, and comes back without. */
  | { readonly kind: 'forget'; readonly nth: number }
  /** The member does not hear of the next assignment. */
  | { readonly kind: 'deafen'; readonly nth: number }
  /** The member runs something that another one runs too. */
  | { readonly kind: 'duplicate'; readonly nth: number }
  | { readonly kind: 'wait'; readonly ms: number }
  /** The last generation was not completed by the leader. */
  | { readonly kind: 'missed' }
  | { readonly kind: 'settle' }

const names = ['a', 'b', 'file-source', 'file-sink', 'jdbc', 'z', 'Zürich']
const nth = fc.nat(9)
const connector = fc.constantFrom(...names)
const member = fc.oneof(
  fc.nat(30).map((n) => `worker${n}`),
  fc.uuid().map((uuid) => `connect-127.0.0.1:8083-${uuid}`),
)
const event = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('configure' as const), connector, tasks: fc.nat(5) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), connector }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('join' as const), member }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deafen' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('duplicate' as const), nth }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 40, 2_000, 9_999, 10_000, 64_000, 300_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'missed' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
)

const maxDelayMs = fc.constantFrom(0, 1, 10_000, 300_000)

/** A group of workers, one of which leads it in two ways: as ours, and as Java. */
class Group {
  readonly #ours: IncrementalAssignor
  readonly #configured = new Map<string, number>()
  readonly #members = new Map<string, Work>([['worker0', noWork]])
  readonly #deaf = new Set<string>()
  #now = 1_700_000_000_000
  #generation = 0
  #completed = -1

  private constructor(maxDelay: number) {
    this.#ours = new IncrementalAssignor({ maxDelayMs: maxDelay, now: () => this.#now })
  }

  static async start(maxDelay: number): Promise<Group> {
    await java.ask({ op: 'new', maxDelayMs: maxDelay })
    return new Group(maxDelay)
  }

  async meets(happened: Event): Promise<void> {
    switch (happened.kind) {
      case 'configure':
        this.#configured.set(happened.connector, happened.tasks)
        break
      case 'delete':
        this.#configured.delete(happened.connector)
        break
      case 'join':
        this.#members.set(happened.member, this.#members.get(happened.member) ?? noWork)
        break
      case 'leave':
        if (this.#members.size > 1) this.#members.delete(this.#nth(happened.nth))
        break
      case 'forget':
        this.#members.set(this.#nth(happened.nth), noWork)
        break
      case 'deafen':
        this.#deaf.add(this.#nth(happened.nth))
        return
      case 'duplicate':
        this.#duplicate(happened.nth)
        break
      case 'wait':
        this.#now += happened.ms
        break
      case 'missed':
        this.#completed = -1
        break
      case 'settle':
        await this.rebalance()
    }
    await this.rebalance()
  }

  async rebalance(): Promise<void> {
    this.#generation++
    const round = { generation: this.#generation, lastCompletedGeneration: this.#completed }
    const decided = this.#ours.assign({
      ...round,
      configured: workOf(this.#configured),
      members: this.#members,
    })
    const answer = await java.ask({
      op: 'assign',
      ...round,
      now: this.#now,
      configured: Object.fromEntries(this.#configured),
      members: Object.fromEntries(this.#members),
    })
    expect(texts(decided)).toEqual(sortedTexts(answer as Readonly<Record<string, unknown>>))
    for (const [id, held] of this.#members) {
      if (!this.#deaf.has(id)) this.#members.set(id, after(held, decided, id))
    }
    this.#deaf.clear()
    this.#completed = this.#generation
  }

  #nth(n: number): string {
    return [...this.#members.keys()][n % this.#members.size] ?? ''
  }

  #duplicate(n: number): void {
    const [from, to] = [this.#nth(n), this.#nth(n + 1)]
    const theirs = this.#members.get(from) ?? noWork
    const own = this.#members.get(to) ?? noWork
    const ids = new Set(own.tasks.map(taskIdText))
    this.#members.set(to, {
      connectors: [...new Set([...own.connectors, ...theirs.connectors.slice(0, 1)])],
      tasks: [
        ...own.tasks,
        ...theirs.tasks.slice(0, 2).filter((each) => !ids.has(taskIdText(each))),
      ],
    })
  }
}

/** Connectors, and how many tasks each has. */
function workOf(configured: ReadonlyMap<string, number>): Work {
  const tasks = [...configured].flatMap(([name, count]) =>
    Array.from({ length: count }, (_, task) => ({ connector: name, task })),
  )
  return { connectors: [...configured.keys()], tasks }
}

/** What a member runs once it has done what it was told. */
function after(held: Work, { assigned, revoked }: IncrementalAssignment, id: string): Work {
  const more = assigned.get(id) ?? noWork
  const less = revoked.get(id) ?? noWork
  const gone = new Set(less.tasks.map(taskIdText))
  return {
    connectors: [
      ...held.connectors.filter((each) => !less.connectors.includes(each)),
      ...more.connectors,
    ],
    tasks: [...held.tasks.filter((each) => !gone.has(taskIdText(each))), ...more.tasks],
  }
}

function texts({ assigned, revoked, delayMs }: IncrementalAssignment): unknown {
  const of = (work: Work = noWork): string[] =>
    [...work.connectors, ...work.tasks.map(taskIdText)].sort()
  const members = Array.from(assigned, ([id, work]) => [
    id,
    { assigned: of(work), revoked: of(revoked.get(id)) },
  ])
  return { ...Object.fromEntries(members), delayMs }
}

function sortedTexts(answer: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => {
      if (typeof value !== 'object' || value === null) return [key, value]
      const { assigned, revoked } = value as Record<'assigned' | 'revoked', readonly string[]>
      return [key, { assigned: [...assigned].sort(), revoked: [...revoked].sort() }]
    }),
  )
}

describe('the assignment of connectors and tasks to workers', () => {
  test('is that of Java, round after round, while workers and connectors come and go', async () => {
    await fc.assert(
      fc.asyncProperty(
        maxDelayMs,
        fc.array(event, { minLength: 3, maxLength: 14 }),
        async (maxDelay, events) => {
          const group = await Group.start(maxDelay)
          for (const each of events) await group.meets(each)
          await group.rebalance()
        },
      ),
      { numRuns: 400 },
    )
  }, 240_000)

  test('is that of Java where everybody gives up everything: eager', async () => {
    const configured = fc.uniqueArray(fc.tuple(connector, fc.nat(12)), { selector: ([of]) => of })
    const members = fc.uniqueArray(member, { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(configured, members, async (counts, ids) => {
        const ours = assignEagerly(workOf(new Map(counts)), ids)
        const shares = Array.from(ours, ([id, work]) => [
          id,
          [...work.connectors, ...work.tasks.map(taskIdText)].sort(),
        ])
        const question = { op: 'eager', members: ids, configured: Object.fromEntries(counts) }
        const answer = (await java.ask(question)) as Readonly<Record<string, readonly string[]>>
        const theirs = Object.entries(answer).map(([id, texts]) => [id, [...texts].sort()])
        expect(Object.fromEntries(shares)).toEqual(Object.fromEntries(theirs))
      }),
      { numRuns: 300 },
    )
  }, 120_000)
})

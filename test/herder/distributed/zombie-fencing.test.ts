import { describe, expect, test, vi } from 'vitest'
import { NotLeaderError } from '../../../src/errors/forwarding-errors.ts'
import { httpStatusOf } from '../../../src/errors/rest-error.ts'
import { ZombieFencing } from '../../../src/herder/distributed/zombie-fencing.ts'
import { ClusterConfig } from '../../../src/stores/config/cluster-config.ts'
import type { ConfigRecord } from '../../../src/stores/config/config-records.ts'

const never = new AbortController().signal
const connector = 'f'

/** The records that give a connector a set of so many tasks. */
function tasks(count: number): ConfigRecord[] {
  const each = Array.from({ length: count }, (_, task): ConfigRecord => ({
    kind: 'task',
    connector,
    task,
    config: {},
  }))
  return [...each, { kind: 'commit', connector, tasks: count }]
}

const created: ConfigRecord = { kind: 'connector', connector, config: { name: connector } }
const recorded = (count: number): ConfigRecord => ({ kind: 'fencing', connector, tasks: count })

function setUp(records: readonly ConfigRecord[]) {
  const cluster = new ClusterConfig()
  let offset = 0
  const write = (more: readonly ConfigRecord[]): void => {
    for (const record of more) cluster.apply(record, offset++)
  }
  write(records)
  const fenced: number[] = []
  const counts: number[] = []
  let answer: (error?: Error) => void = () => undefined
  const open = { waits: false }
  /** What the leader does before it is the round's turn. */
  const before: { turn: () => void } = { turn: () => undefined }
  const fencing = new ZombieFencing({
    configs: {
      refresh: () => Promise.resolve(cluster.snapshot()),
      putTaskCount: (_connector, count) => {
        counts.push(count)
        write([recorded(count)])
        return Promise.resolve()
      },
    },
    asLeader: async (_signal, job) => {
      before.turn()
      await job()
    },
    fenceProducers: (_connector, count) => {
      fenced.push(count)
      if (!open.waits) return Promise.resolve()
      return new Promise((resolve, reject) => {
        answer = (error) => (error === undefined ? resolve() : reject(error))
      })
    },
  })
  return { fencing, fenced, counts, write, open, before, answer: (error?: Error) => answer(error) }
}

describe('a round of zombie fencing', () => {
  test.each([
    { what: 'tasks that never wrote', before: null, now: 3, fences: [], records: [3] },
    { what: 'one task in place of one', before: 1, now: 1, fences: [], records: [1] },
    { what: 'two tasks in place of one', before: 1, now: 2, fences: [1], records: [2] },
    { what: 'one task in place of three', before: 3, now: 1, fences: [3], records: [1] },
    { what: 'no tasks in place of two', before: 2, now: 0, fences: [2], records: [0] },
    { what: 'tasks in place of none', before: 0, now: 2, fences: [], records: [2] },
  ])('for $what fences $fences and records $records', async ({ before, now, fences, records }) => {
    const past = before === null ? [] : [...tasks(before), recorded(before)]
    const { fencing, fenced, counts } = setUp([created, ...past, ...tasks(now)])
    await fencing.fence(connector, never)
    expect(fenced).toEqual(fences)
    expect(counts).toEqual(records)
    // Nothing has changed since: nothing is done again.
    await fencing.fence(connector, never)
    expect(counts).toEqual(records)
  })

  test('is shared by all who ask meanwhile', async () => {
    const { fencing, fenced, counts, open, answer } = setUp([
      ...[created, ...tasks(2), recorded(2), ...tasks(3)],
    ])
    open.waits = true
    const asked = [fencing.fence(connector, never), fencing.fence(connector, never)]
    await vi.waitFor(() => expect(fenced).toEqual([2]))
    const gone = new AbortController()
    const impatient = fencing.fence(connector, gone.signal)
    gone.abort(new Error('gone'))
    await expect(impatient).rejects.toThrow('gone')
    answer()
    await Promise.all(asked)
    expect(fenced).toEqual([2])
    expect(counts).toEqual([3])
  })

  test('answers 409 where the connector gets other tasks before the earlier ones are fenced', async () => {
    const { fencing, fenced, counts, write, open, answer } = setUp([
      ...[created, ...tasks(2), recorded(2), ...tasks(3)],
    ])
    open.waits = true
    const asked = fencing.fence(connector, never).catch((error: unknown) => error)
    await vi.waitFor(() => expect(fenced).toEqual([2]))
    write(tasks(1))
    answer()
    const refused = (await asked) as Error
    expect([httpStatusOf(refused), refused.message]).toEqual([
      409,
      'Failed to complete zombie fencing because a new set of task configs was generated',
    ])
    expect(counts).toEqual([])
  })

  test.each([
    { what: 'that never wrote', past: [] },
    { what: 'that were fenced', past: [...tasks(2), recorded(2)] },
  ])(
    'records nothing for tasks in place of some $what where others came before its turn',
    async ({ past }) => {
      const { fencing, counts, write, before } = setUp([created, ...past, ...tasks(3)])
      before.turn = () => {
        before.turn = () => undefined
        write(tasks(5))
      }
      const refused: unknown = await fencing
        .fence(connector, never)
        .catch((error: unknown) => error)
      expect(httpStatusOf(refused as Error)).toBe(409)
      expect(counts).toEqual([])
      // The next one who asks does so for the tasks that there are.
      await fencing.fence(connector, never)
      expect(counts).toEqual([5])
    },
  )

  test('lets whoever asked know that this worker leads no more', async () => {
    const { fencing, counts, before } = setUp([created, ...tasks(3)])
    const refusal = new NotLeaderError('Only the leader may', 'http://other/')
    before.turn = () => {
      throw refusal
    }
    await expect(fencing.fence(connector, never)).rejects.toBe(refusal)
    expect(counts).toEqual([])
  })

  test('ends with 409 as soon as new tasks are known of', async () => {
    const { fencing, fenced, open } = setUp([created, ...tasks(2), recorded(2), ...tasks(3)])
    open.waits = true
    const asked = fencing.fence(connector, never).catch((error: unknown) => error)
    await vi.waitFor(() => expect(fenced).toEqual([2]))
    fencing.reconfigured(connector)
    const refused = (await asked) as Error
    expect([httpStatusOf(refused), refused.message]).toEqual([
      409,
      'Fencing failed because new task configurations were generated for the connector',
    ])
  })

  test('says that it failed, and is begun anew by the next who asks', async () => {
    const { fencing, fenced, counts, open, answer } = setUp([
      ...[created, ...tasks(2), recorded(2), ...tasks(3)],
    ])
    open.waits = true
    const asked = fencing.fence(connector, never)
    await vi.waitFor(() => expect(fenced).toHaveLength(1))
    answer(new Error('no coordinator'))
    await expect(asked).rejects.toThrow('Failed to perform zombie fencing: no coordinator')
    open.waits = false
    await fencing.fence(connector, never)
    expect(counts).toEqual([3])
  })

  test('answers 404 for a connector that is not there', async () => {
    const { fencing } = setUp([])
    const refused = (await fencing.fence('gone', never).catch((error: unknown) => error)) as Error
    expect([httpStatusOf(refused), refused.message]).toEqual([404, 'Connector gone not found'])
  })
})

import { describe, expect, test } from 'vitest'
import { NotLeaderError } from '../../../src/errors/forwarding-errors.ts'
import { RestError } from '../../../src/errors/rest-error.ts'
import { SourceTransactions } from '../../../src/herder/distributed/source-transactions.ts'
import { ZombieFencing } from '../../../src/herder/distributed/zombie-fencing.ts'
import { ClusterConfig } from '../../../src/stores/config/cluster-config.ts'
import { PrivilegedWriteError } from '../../../src/stores/config/leader-writer.ts'

const never = new AbortController().signal
const id = { connector: 'f', task: 0 }

function setUp(options: {
  readonly isLeader?: boolean
  readonly started?: number | null
  readonly refusals?: Error[]
  /** What its turn as the leader ends with, one after the other. */
  readonly lost?: Error[]
}) {
  const { started = 0, refusals = [], lost = [] } = options
  let { isLeader = false } = options
  const cluster = new ClusterConfig()
  cluster.apply({ kind: 'connector', connector: 'f', config: { name: 'f' } }, 0)
  cluster.apply({ kind: 'task', connector: 'f', task: 0, config: {} }, 1)
  cluster.apply({ kind: 'commit', connector: 'f', tasks: 1 }, 2)
  const asked: string[] = []
  const counts: number[] = []
  const configs = {
    refresh: () => Promise.resolve(cluster.snapshot()),
    putTaskCount: (_connector: string, tasks: number) => {
      counts.push(tasks)
      return Promise.resolve()
    },
  }
  const transactions = new SourceTransactions({
    configs,
    leadership: () => Promise.resolve({ isLeader, leaderUrl: 'http://leader/' }),
    sessionKey: () => ({ key: 'k', algorithm: 'HmacSHA256', createdAt: 1 }),
    peers: {
      fenceZombies: (url, connector, key) => {
        asked.push(`${url} ${connector} ${String(key?.key)}`)
        const refusal = refusals.shift()
        return refusal === undefined ? Promise.resolve() : Promise.reject(refusal)
      },
    },
    fencing: new ZombieFencing({
      configs,
      asLeader: async (_signal, job) => {
        const error = lost.shift()
        if (error === undefined) return job()
        isLeader = !(error instanceof NotLeaderError)
        throw error
      },
      fenceProducers: () => Promise.resolve(),
    }),
    startedFrom: () => started,
  })
  return { transactions, asked, counts }
}

describe('before a source task writes in transactions', () => {
  test('the leader is asked to fence earlier tasks, with a signed request', async () => {
    const { transactions, asked } = setUp({})
    await transactions.fenceZombies(id, never)
    expect(asked).toEqual(['http://leader/ f k'])
  })

  test('a worker that leads fences them itself', async () => {
    const { transactions, asked, counts } = setUp({ isLeader: true })
    await transactions.fenceZombies(id, never)
    expect(asked).toEqual([])
    expect(counts).toEqual([1])
  })

  test('a worker that leads no more asks the one that does', async () => {
    const lost = [new NotLeaderError('Only the leader may', 'http://leader/')]
    const { transactions, asked, counts } = setUp({ isLeader: true, lost })
    await transactions.fenceZombies(id, never)
    expect([asked, counts]).toEqual([['http://leader/ f k'], []])
  })

  test('a worker that could not write as the leader tries again', async () => {
    const lost = [new PrivilegedWriteError('Failed to write to config topic')]
    const { transactions, asked, counts } = setUp({ isLeader: true, lost })
    await transactions.fenceZombies(id, never)
    expect([asked, counts]).toEqual([[], [1]])
  })

  test('a leader that is away, or has changed, is asked again', async () => {
    const refusals = [new RestError(500, 'IO Error'), new RestError(409, 'rebalance')]
    const { transactions, asked } = setUp({ refusals })
    await transactions.fenceZombies(id, never)
    expect(asked).toHaveLength(3)
  })

  test('a task goes on that is this worker’s, of the newest set', async () => {
    await setUp({ started: 0 }).transactions.confirm(id, never)
  })

  test.each([
    {
      started: null,
      message: 'Cannot start source task f-0 as it has already been revoked from this worker',
    },
    {
      started: 1,
      message:
        'Cannot start source task f-0 with exactly-once support as the connector has already generated a new set of task configs',
    },
  ])('a task started from set $started is refused', async ({ started, message }) => {
    await expect(setUp({ started }).transactions.confirm(id, never)).rejects.toThrow(message)
  })
})

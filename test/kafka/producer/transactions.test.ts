import { describe, expect, test } from 'vitest'
import { clientOptions } from '../../../src/kafka/net/client-options.ts'
import { KafkaClient } from '../../../src/kafka/net/client.ts'
import { TransactionCoordinator } from '../../../src/kafka/producer/transaction-coordinator.ts'
import { Transactions } from '../../../src/kafka/producer/transactions.ts'
import { brokerError, ErrorCode } from '../../../src/kafka/protocol/errors.ts'
import { findCoordinatorApi } from '../../../src/kafka/protocol/group.ts'
import {
  addPartitionsToTxnApi,
  endTxnApi,
  initProducerIdApi,
} from '../../../src/kafka/protocol/transactions.ts'
import type { FakeRequest } from '../../support/fake-broker.ts'
import { answerOf, FakeBroker, readRequest } from '../../support/fake-broker.ts'
import { never, quick } from './producer-bench.ts'

const at = (partition: number): { topic: string; partition: number } => ({ topic: 't', partition })

/** Error codes to answer with, one a request, before all is well; of `add` by partition. */
interface Script {
  readonly find?: number[]
  readonly init?: number[]
  readonly add?: (readonly number[])[]
  readonly end?: number[]
}

/** A broker that coordinates the transactions of one id: TV1, or TV2 where every end raises the epoch. */
class ScriptedCoordinator {
  readonly asked: string[] = []
  readonly #script: Script
  #broker: FakeBroker | null = null
  #epoch = -1

  private constructor(script: Script) {
    this.#script = script
  }

  static async start(script: Script, version: 1 | 2): Promise<ScriptedCoordinator> {
    const coordinator = new ScriptedCoordinator(script)
    const broker = await FakeBroker.start([
      { api: findCoordinatorApi, handle: (request) => coordinator.#find(request) },
      { api: initProducerIdApi, handle: (request) => coordinator.#init(request) },
      { api: addPartitionsToTxnApi, handle: (request) => coordinator.#add(request) },
      { api: endTxnApi, handle: (request) => coordinator.#end(request) },
    ])
    if (version === 2) broker.finalizedFeatures.set('transaction.version', 2)
    coordinator.#broker = broker
    return coordinator
  }

  get broker(): FakeBroker {
    if (this.#broker === null) throw new Error('not started')
    return this.#broker
  }

  #find(request: FakeRequest): Buffer {
    this.asked.push('find')
    const body = {
      throttleTimeMs: 0,
      errorCode: this.#script.find?.shift() ?? 0,
      errorMessage: null,
      nodeId: 1,
      host: '127.0.0.1',
      port: this.broker.port,
    }
    return answerOf(findCoordinatorApi.response, body, request, findCoordinatorApi)
  }

  #init(request: FakeRequest): Buffer {
    const { producerEpoch } = readRequest(initProducerIdApi.request, request, initProducerIdApi)
    this.asked.push(`init ${producerEpoch}`)
    const errorCode = this.#script.init?.shift() ?? 0
    if (errorCode === 0) this.#epoch++
    const body = { throttleTimeMs: 0, errorCode, producerId: 7, producerEpoch: this.#epoch }
    return answerOf(initProducerIdApi.response, body, request, initProducerIdApi)
  }

  #add(request: FakeRequest): Buffer {
    const { topics } = readRequest(addPartitionsToTxnApi.request, request, addPartitionsToTxnApi)
    this.asked.push(`add ${topics.map(({ partitions }) => partitions.join()).join(';')}`)
    const codes = this.#script.add?.shift() ?? []
    const results = topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((partitionIndex, i) => ({
        partitionIndex,
        errorCode: codes[i] ?? 0,
      })),
    }))
    const body = { throttleTimeMs: 0, results }
    return answerOf(addPartitionsToTxnApi.response, body, request, addPartitionsToTxnApi)
  }

  #end(request: FakeRequest): Buffer {
    const asked = readRequest(endTxnApi.request, request, endTxnApi)
    const what = asked.committed ? 'commit' : 'abort'
    this.asked.push(`${what} v${request.version} ${asked.producerEpoch}`)
    const errorCode = this.#script.end?.shift() ?? 0
    if (errorCode === 0 && request.version >= 5) this.#epoch++
    const body = { throttleTimeMs: 0, errorCode, producerId: 7, producerEpoch: this.#epoch }
    return answerOf(endTxnApi.response, body, request, endTxnApi)
  }
}

interface Bench {
  readonly transactions: Transactions
  readonly asked: readonly string[]
  /** Has the partition named in this transaction, and waits until its batches may be sent, or nothing may. */
  readonly use: (...partitions: readonly number[]) => Promise<void>
}

async function withTransactions(
  script: Script,
  version: 1 | 2,
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const coordinator = await ScriptedCoordinator.start(script, version)
  const servers = `127.0.0.1:${coordinator.broker.port}`
  const client = new KafkaClient(clientOptions({ 'bootstrap.servers': servers, ...quick }))
  const asking = new TransactionCoordinator(client, { transactionalId: 'mine', timeoutMs: 1000 })
  const transactions = new Transactions(asking, () => undefined, never)
  const use = async (...partitions: readonly number[]): Promise<void> => {
    const admitted = (): boolean => partitions.every((each) => transactions.admits(at(each)))
    for (const each of partitions) transactions.admits(at(each))
    await expect.poll(() => transactions.failure !== null || admitted()).toBe(true)
    if (transactions.failure === null) for (const each of partitions) transactions.sent(at(each))
  }
  try {
    await run({ transactions, asked: coordinator.asked, use })
  } finally {
    await client.close()
    await coordinator.broker[Symbol.asyncDispose]()
  }
}

describe('transactions of TV1', () => {
  test('name their partitions before the first record, and end under the epoch they began with', async () => {
    await withTransactions({}, 1, async ({ transactions, asked, use }) => {
      await transactions.init(never)
      for (const committed of [true, false]) {
        transactions.begin()
        await use(0, 1)
        if (committed) await transactions.commit(never)
        else await transactions.abort(never)
      }
      const [commit, abort] = [asked[3], asked[5]]
      expect(commit).toMatch(/^commit v[34] 0$/)
      expect(abort).toMatch(/^abort v[34] 0$/)
      expect(asked).toEqual(['find', 'init -1', 'add 0,1', commit, 'add 0,1', abort])
    })
  })

  test('that lost a record have the next one begin under a higher epoch, so that it cannot come late', async () => {
    await withTransactions({}, 1, async ({ transactions, asked, use }) => {
      await transactions.init(never)
      transactions.begin()
      await use(0)
      transactions.fail(new Error('too late'))
      expect(transactions.admits(at(0))).toBe(false)
      await expect(transactions.commit(never)).rejects.toThrow('has to be aborted')
      await transactions.abort(never)
      expect(transactions.failure).toBeNull()
      transactions.begin()
      await use(0)
      expect(asked.slice(-2)).toEqual(['init 0', 'add 0'])
      expect(transactions.identity?.epoch).toBe(1)
    })
  })

  test('whose end before is still being written are asked for again', async () => {
    const { CONCURRENT_TRANSACTIONS } = ErrorCode
    const script = { add: [[CONCURRENT_TRANSACTIONS], [CONCURRENT_TRANSACTIONS]] }
    await withTransactions(script, 1, async ({ transactions, asked, use }) => {
      await transactions.init(never)
      transactions.begin()
      await use(0)
      await transactions.commit(never)
      expect(asked.filter((each) => each === 'add 0').length).toBe(3)
    })
  })

  test('are told of the partition at fault, not of those that were not tried', async () => {
    const add = [[ErrorCode.OPERATION_NOT_ATTEMPTED, ErrorCode.TOPIC_AUTHORIZATION_FAILED]]
    await withTransactions({ add }, 1, async ({ transactions, use }) => {
      await transactions.init(never)
      transactions.begin()
      await use(0, 1)
      expect(transactions.failure?.message).toContain('TOPIC_AUTHORIZATION_FAILED')
      await transactions.abort(never)
      transactions.begin()
    })
  })
})

test('transactions of TV2 name no partitions, and each end gives the epoch of the next', async () => {
  await withTransactions({}, 2, async ({ transactions, asked, use }) => {
    await transactions.init(never)
    for (const epoch of [0, 1, 2]) {
      expect(transactions.identity?.epoch).toBe(epoch)
      transactions.begin()
      await use(0)
      if (epoch === 1) transactions.fail(new Error('lost'))
      if (epoch === 1) await transactions.abort(never)
      else await transactions.commit(never)
    }
    expect(asked).toEqual(['find', 'init -1', 'commit v5 0', 'abort v5 1', 'commit v5 2'])
    transactions.begin()
    await transactions.commit(never)
    expect(asked.length).toBe(5)
  })
})

describe('what a coordinator answers', () => {
  test.each([
    ['COORDINATOR_LOAD_IN_PROGRESS', 14, 1],
    ['COORDINATOR_NOT_AVAILABLE', 15, 2],
    ['NOT_COORDINATOR', 16, 2],
    ['CONCURRENT_TRANSACTIONS', 51, 1],
  ])('%s (%i) is asked again, of the broker that coordinates then', async (_name, code, finds) => {
    await withTransactions({ init: [code], end: [code] }, 1, async (bench) => {
      const { transactions, asked, use } = bench
      await transactions.init(never)
      const found = (): number => asked.filter((each) => each === 'find').length
      expect(found()).toBe(finds)
      transactions.begin()
      await use(0)
      await transactions.commit(never)
      expect(asked.filter((each) => each.startsWith('commit')).length).toBe(2)
      expect(found()).toBe(2 * finds - 1)
    })
  })

  test.each([
    ['PRODUCER_FENCED', 90],
    ['INVALID_PRODUCER_EPOCH', 47],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 53],
    ['INVALID_TXN_STATE', 48],
  ])('%s (%i) to a commit is the end of the producer', async (_name, code) => {
    await withTransactions({ end: [code] }, 1, async ({ transactions, asked, use }) => {
      await transactions.init(never)
      transactions.begin()
      await use(0)
      await expect(transactions.commit(never)).rejects.toThrow()
      const before = asked.length
      await expect(transactions.abort(never)).rejects.toBe(transactions.failure)
      expect(() => transactions.begin()).toThrow(transactions.failure ?? new Error('none'))
      expect(transactions.admits(at(0))).toBe(false)
      expect(asked.length).toBe(before)
    })
  })

  test('TRANSACTION_ABORTABLE to a commit lets it be aborted, and the next one begin', async () => {
    await withTransactions({ end: [120] }, 2, async ({ transactions, asked, use }) => {
      await transactions.init(never)
      transactions.begin()
      await use(0)
      await expect(transactions.commit(never)).rejects.toThrow('TRANSACTION_ABORTABLE')
      await transactions.abort(never)
      transactions.begin()
      expect(asked.slice(-2)).toEqual(['commit v5 0', 'abort v5 0'])
    })
  })

  test('that an id may not be used ends the producer before it begins', async () => {
    await withTransactions({ init: [53] }, 1, async ({ transactions, asked }) => {
      const message = 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'
      await expect(transactions.init(never)).rejects.toThrow(message)
      await expect(transactions.init(never)).rejects.toThrow(message)
      expect(asked).toEqual(['find', 'init -1'])
    })
  })
})

describe('a batch that is refused with', () => {
  const failure = (code: number): Error => brokerError(code, 'Cannot write to t-0')

  test.each([
    ['PRODUCER_FENCED', 90],
    ['CLUSTER_AUTHORIZATION_FAILED', 31],
    ['UNSUPPORTED_VERSION', 35],
    ['INVALID_PRODUCER_ID_MAPPING', 49],
  ])('%s (%i) is the end of the producer', async (_name, code) => {
    await withTransactions({}, 1, async ({ transactions, use }) => {
      await transactions.init(never)
      transactions.begin()
      await use(0)
      transactions.fail(failure(code))
      await expect(transactions.commit(never)).rejects.toBe(transactions.failure)
      await expect(transactions.abort(never)).rejects.toBe(transactions.failure)
    })
  })

  test.each([
    ['TRANSACTION_ABORTABLE', 120],
    ['INVALID_PRODUCER_EPOCH', 47],
    ['INVALID_TXN_STATE', 48],
    ['UNKNOWN_PRODUCER_ID', 59],
    ['NOT_ENOUGH_REPLICAS', 19],
  ])('%s (%i) ends its transaction alone', async (_name, code) => {
    await withTransactions({}, 1, async ({ transactions, use }) => {
      await transactions.init(never)
      transactions.begin()
      await use(0)
      transactions.fail(failure(code))
      await expect(transactions.commit(never)).rejects.toThrow('has to be aborted')
      await transactions.abort(never)
      transactions.begin()
    })
  })
})

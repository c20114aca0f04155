import diagnostics from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { createGroupConsumer } from '../../../src/kafka/group/group-consumer.ts'
import { openProducer } from '../../../src/kafka/producer/kafka-producer.ts'
import type { ClientConfig, FetchedRecords } from '../../../src/kafka/types.ts'
import { delay } from '../../../src/util/abort.ts'

export interface SoakOrder {
  readonly bootstrapServers: string
  readonly topic: string
  readonly partitions: number
  readonly seconds: number
}

/** What the process has in memory, in bytes, right after a collection. */
export interface SoakSample {
  readonly rss: number
  readonly heap: number
  readonly buffers: number
}

export interface SoakReport {
  /** One a second. */
  readonly samples: readonly SoakSample[]
  readonly acknowledged: number
  /** Different records that the group has read. */
  readonly read: number
  /** How many connections were cut, and how often a second member has come and gone. */
  readonly cuts: number
  readonly visits: number
}

const never = new AbortController().signal
const tickMs = 20
const recordsPerTick = 80
const cutEveryMs = 4000
const visitEveryMs = 9000
const visitMs = 3000
const commitEveryMs = 1000
const padding = 'x'.repeat(250)

/**
 * Produces at a bounded rate and reads it in a group, while connections are cut and a second member comes and goes.
 * Prints a {@link SoakReport}.
 */
export async function run(order: SoakOrder): Promise<void> {
  const endsAt = performance.now() + order.seconds * 1000
  const soak = new Soak(order, () => performance.now() >= endsAt)
  const report = await soak.run()
  console.log(JSON.stringify(report))
}

class Soak {
  readonly #order: SoakOrder
  readonly #isOver: () => boolean
  readonly #config: ClientConfig
  readonly #sockets = new Set<Socket>()
  /** By the number of a record: whether it was read. As long as it ever gets, so that it does not grow. */
  readonly #seen: Uint8Array
  #acknowledged = 0
  #read = 0
  #done = false

  constructor(order: SoakOrder, isOver: () => boolean) {
    this.#order = order
    this.#isOver = isOver
    this.#seen = new Uint8Array((Math.ceil((order.seconds * 1000) / tickMs) + 1) * recordsPerTick)
    this.#config = {
      'bootstrap.servers': order.bootstrapServers,
      'group.id': order.topic,
      'auto.offset.reset': 'earliest',
      'compression.type': 'lz4',
    }
    diagnostics.subscribe('net.client.socket', (message) => {
      const { socket } = message as { readonly socket: unknown }
      if (!(socket instanceof Socket)) return
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  async run(): Promise<SoakReport> {
    const samples: SoakSample[] = []
    const reading = this.#member(() => this.#done && this.#read >= this.#acknowledged)
    const [visits, cuts] = await Promise.all([
      this.#every(visitEveryMs, () => this.#visit()),
      this.#every(cutEveryMs, () => this.#cutOne()),
      this.#every(1000, () => void samples.push(sampleNow())),
      this.#produce(),
    ])
    this.#done = true
    await reading
    return { samples, acknowledged: this.#acknowledged, read: this.#read, cuts, visits }
  }

  async #produce(): Promise<void> {
    const { topic, partitions } = this.#order
    const producer = await openProducer(this.#config, {
      acknowledged: (from, to) => void (this.#acknowledged += to - from),
      failed: (_from, _to, _partition, error) => {
        throw error
      },
    })
    await producer.partitionCount(topic, never)
    let sent = 0
    await this.#every(tickMs, async () => {
      for (let i = 0; i < recordsPerTick && sent < this.#seen.length; i++, sent++) {
        const value = Buffer.from(`${sent} ${padding}`)
        producer.appender(topic, sent % partitions).append(sent, Date.now(), null, value, null)
      }
      if (!producer.hasRoom) await producer.room(never)
    })
    await producer.close(never)
  }

  /** Reads until `isDone`, and commits what it has read. */
  async #member(isDone: () => boolean): Promise<void> {
    const consumer = createGroupConsumer(this.#config)
    const done = (): Promise<void> => Promise.resolve()
    consumer.subscribe(
      { topics: [this.#order.topic] },
      { assigned: done, revoked: done, lost: done },
    )
    const offsets = new Map<number, number>()
    let committedAt = performance.now()
    while (!isDone()) {
      for (const slice of await consumer.poll(100, never)) {
        this.#mark(slice)
        offsets.set(slice.partition, slice.nextOffset)
      }
      if (performance.now() - committedAt < commitEveryMs) continue
      committedAt = performance.now()
      const { topic } = this.#order
      const mine = consumer.assignment().flatMap(({ partition }) => {
        const offset = offsets.get(partition)
        return offset === undefined ? [] : [{ topic, partition, offset }]
      })
      // Refused while the group rebalances: then it is read again.
      if (mine.length > 0) await consumer.commit(mine, never).catch(ignore)
      offsets.clear()
    }
    await consumer.close(never)
  }

  #mark({ cursor }: FetchedRecords): void {
    while (cursor.next()) {
      const index = Number.parseInt(cursor.buffer.latin1Slice(cursor.valueStart, cursor.valueEnd))
      if (this.#seen[index] === 0) this.#read++
      this.#seen[index] = 1
    }
  }

  async #visit(): Promise<void> {
    const leavesAt = performance.now() + visitMs
    await this.#member(() => performance.now() >= leavesAt)
  }

  #cutOne(): void {
    const open = [...this.#sockets]
    open[Math.floor(Math.random() * open.length)]?.destroy()
  }

  /** Does it again and again, `ms` apart, until it is over; how often it did. */
  async #every(ms: number, action: () => void | Promise<void>): Promise<number> {
    let count = 0
    for (;;) {
      await delay(ms)
      if (this.#isOver()) return count
      await action()
      count++
    }
  }
}

function sampleNow(): SoakSample {
  globalThis.gc?.()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { rss, heap: heapUsed, buffers: arrayBuffers }
}

function ignore(): void {
  // On purpose.
}

import type { TopicPartition } from '../../../src/api/topic-partition.ts'
import { asError } from '../../../src/errors/connect-error.ts'
import { createGroupConsumer } from '../../../src/kafka/group/group-consumer.ts'
import { partitionText } from '../../../src/kafka/topic-partitions.ts'
import type { ClientConfig, GroupConsumer, Subscription } from '../../../src/kafka/types.ts'
import { configOf, copyOf } from './support.ts'
import type { Consumed } from './support.ts'

/** A member with a loop of its own, that tells what happened to it. */
export interface TestMember extends AsyncDisposable {
  readonly name: string
  readonly consumer: GroupConsumer
  readonly records: Consumed[]
  /** What it works on, as its listener was told. */
  readonly held: ReadonlySet<string>
  /** `revoked a-0 a-1`, in order. */
  readonly events: readonly string[]
  /** Where its loop ended by an error. */
  readonly error: () => Error | null
  /** Stops polling, and nothing else. */
  halt(): Promise<void>
  /** As a worker stops: the loop, then the consumer. */
  close(): Promise<void>
}

export interface MemberOptions {
  readonly config?: ClientConfig
  readonly subscription: Subscription
  /** Called in the listener, before it is done. */
  readonly onRevoked?: (member: TestMember, partitions: readonly TopicPartition[]) => Promise<void>
  /** Called with the records of every poll. */
  readonly onRecords?: (member: TestMember, records: readonly Consumed[]) => Promise<void>
  /** Takes the events of all members in one order. */
  readonly journal?: string[]
}

export function startMember(name: string, options: MemberOptions): TestMember {
  const { subscription, onRevoked, onRecords, journal = [] } = options
  const consumer = createGroupConsumer(
    configOf({ 'auto.offset.reset': 'earliest', 'fetch.max.wait.ms': '100', ...options.config }),
  )
  const held = new Set<string>()
  const events: string[] = []
  const records: Consumed[] = []
  const halting = new AbortController()
  let error: Error | null = null
  const tell = (event: string, partitions: readonly TopicPartition[]): void => {
    const text = [event, ...partitions.map(partitionText)].join(' ')
    events.push(text)
    journal.push(`${name} ${text}`)
  }
  const drop = (partitions: readonly TopicPartition[]): void => {
    for (const each of partitions) held.delete(partitionText(each))
  }
  const loop = async (): Promise<void> => {
    try {
      while (!halting.signal.aborted) {
        const read = copyOf(await consumer.poll(200, halting.signal))
        records.push(...read)
        if (read.length > 0) await onRecords?.(member, read)
      }
    } catch (cause) {
      if (!halting.signal.aborted) error = asError(cause)
    }
  }
  const halt = async (): Promise<void> => {
    halting.abort()
    await done
  }
  const close = async (): Promise<void> => {
    await halt()
    await consumer.close(AbortSignal.timeout(10_000))
  }
  const member: TestMember = {
    name,
    consumer,
    records,
    held,
    events,
    error: () => error,
    halt,
    close,
    [Symbol.asyncDispose]: close,
  }
  consumer.subscribe(subscription, {
    assigned: (partitions) => {
      for (const each of partitions) held.add(partitionText(each))
      tell('assigned', partitions)
      return Promise.resolve()
    },
    revoked: async (partitions) => {
      await onRevoked?.(member, partitions)
      tell('revoked', partitions)
      drop(partitions)
    },
    lost: (partitions) => {
      tell('lost', partitions)
      drop(partitions)
      return Promise.resolve()
    },
  })
  const done = loop()
  return member
}

/** Whether the members hold all of `partitions`, each one once. */
export function share(members: readonly TestMember[], partitions: number): boolean {
  const all = members.flatMap(({ held }) => [...held])
  return all.length === partitions && new Set(all).size === partitions
}

import { decodeJson, encodeJson, membersOf } from '../stored-json.ts'

/** What the topic of statuses says a connector or task is doing. */
export const statusStates = [
  'UNASSIGNED',
  'RUNNING',
  'PAUSED',
  'FAILED',
  'RESTARTING',
  'STOPPED',
] as const

export type StatusState = (typeof statusStates)[number]

export interface StoredStatus {
  readonly state: StatusState
  readonly trace: string | null
  /** `host:port` of the worker that says so. */
  readonly workerId: string
  /** Of its group when it said so; 0 of a worker that stands alone. */
  readonly generation: number
  /** Of the plugin; null where the worker is older than 4.1, or it was not known. */
  readonly version: string | null
}

/** A topic that a connector has used (KIP-558). */
export interface StoredTopic {
  readonly topic: string
  readonly connector: string
  /** The task that used it first. */
  readonly task: number
  /** ms since 1970 */
  readonly discoveredAt: number
}

/** What one record of the topic of statuses says. A null is a tombstone. */
export type StatusRecord =
  | {
      readonly kind: 'connector'
      readonly connector: string
      readonly status: StoredStatus | null
    }
  | {
      readonly kind: 'task'
      readonly connector: string
      readonly task: number
      readonly status: StoredStatus | null
    }
  | {
      readonly kind: 'topic'
      readonly connector: string
      readonly topic: string
      readonly status: StoredTopic | null
    }

/** The bytes that Java's KafkaStatusBackingStore writes. */
export function encodeStatusRecord(record: StatusRecord): {
  readonly key: string
  readonly value: Buffer | null
} {
  switch (record.kind) {
    case 'connector':
      return { key: `${CONNECTOR}${record.connector}`, value: encodeStatus(record.status) }
    case 'task':
      return {
        key: `${TASK}${record.connector}-${record.task}`,
        value: encodeStatus(record.status),
      }
    case 'topic':
      return {
        key: `${TOPIC}${record.topic}${OF_CONNECTOR}${record.connector}`,
        value: record.status && encodeJson({ topic: topicValue(record.status) }),
      }
  }
}

/** Null for what is not understood: it is left where it stands. */
export function readStatusRecord(key: string | null, value: Buffer | null): StatusRecord | null {
  if (key === null) return null
  const json = tryDecode(value)
  if (json === undefined) return null
  if (key.startsWith(CONNECTOR)) return readConnector(key.slice(CONNECTOR.length), json)
  if (key.startsWith(TASK)) return readTask(key.slice(TASK.length), json)
  if (key.startsWith(TOPIC)) return readTopic(key.slice(TOPIC.length), json)
  return null
}

const CONNECTOR = 'status-connector-'
const TASK = 'status-task-'
const TOPIC = 'status-topic-'
const OF_CONNECTOR = ':connector-'

function encodeStatus(status: StoredStatus | null): Buffer | null {
  if (status === null) return null
  const { state, trace, workerId, generation, version } = status
  return encodeJson({ state, trace, worker_id: workerId, generation, version })
}

function topicValue({ topic, connector, task, discoveredAt }: StoredTopic): unknown {
  return { name: topic, connector, task, discoverTimestamp: discoveredAt }
}

function readConnector(connector: string, json: unknown): StatusRecord | null {
  const status = readStatus(json)
  return status === undefined ? null : { kind: 'connector', connector, status }
}

function readTask(rest: string, json: unknown): StatusRecord | null {
  const at = rest.lastIndexOf('-')
  const task = Number(rest.slice(at + 1))
  const status = readStatus(json)
  if (at <= 0 || !isCount(task) || status === undefined) return null
  return { kind: 'task', connector: rest.slice(0, at), task, status }
}

/** A topic has no colon in its name; a connector may have. */
function readTopic(rest: string, json: unknown): StatusRecord | null {
  const at = rest.indexOf(':')
  if (at <= 0 || !rest.startsWith(OF_CONNECTOR, at)) return null
  const topic = rest.slice(0, at)
  const connector = rest.slice(at + OF_CONNECTOR.length)
  if (json === null) return { kind: 'topic', connector, topic, status: null }
  const { task, discoverTimestamp } = membersOf(membersOf(json).topic)
  if (!isCount(task) || !isCount(discoverTimestamp)) return null
  const status = { topic, connector, task, discoveredAt: discoverTimestamp }
  return { kind: 'topic', connector, topic, status }
}

/** Undefined for what is no status. */
function readStatus(json: unknown): StoredStatus | null | undefined {
  if (json === null) return null
  const { state, trace, worker_id: workerId, generation, version } = membersOf(json)
  const known = statusStates.find((each) => each === state)
  if (known === undefined || typeof workerId !== 'string') return undefined
  if (typeof generation !== 'number' || !Number.isInteger(generation)) return undefined
  return {
    state: known,
    trace: typeof trace === 'string' ? trace : null,
    workerId,
    generation,
    version: typeof version === 'string' ? version : null,
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function tryDecode(value: Buffer | null): unknown {
  try {
    return decodeJson(value)
  } catch {
    return undefined // Whatever it is, it is not ours.
  }
}

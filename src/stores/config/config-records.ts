import type { ConnectorConfig, RawConfig, TargetState } from '../../config/types.ts'
import { decodeJson, encodeJson, membersOf } from '../stored-json.ts'

/** The key that workers sign the requests with that they send each other (KIP-507). */
export interface SessionKey {
  /** The bytes as base64. */
  readonly key: string
  /** Of the key generator: `HmacSHA256`. */
  readonly algorithm: string
  /** ms since 1970 */
  readonly createdAt: number
}

/** What one record of the topic of configurations says. A null is a tombstone. */
export type ConfigRecord =
  | { readonly kind: 'connector'; readonly connector: string; readonly config: RawConfig | null }
  | {
      readonly kind: 'target-state'
      readonly connector: string
      readonly state: TargetState | null
    }
  | {
      readonly kind: 'task'
      readonly connector: string
      readonly task: number
      readonly config: ConnectorConfig
    }
  /** Makes the task records since the last one the connector's tasks, of which there are so many. */
  | { readonly kind: 'commit'; readonly connector: string; readonly tasks: number }
  /** So many tasks may have transactional producers from now on (KIP-618). */
  | { readonly kind: 'fencing'; readonly connector: string; readonly tasks: number }
  | { readonly kind: 'session-key'; readonly sessionKey: SessionKey }
  | {
      readonly kind: 'restart'
      readonly connector: string
      readonly includeTasks: boolean
      readonly onlyFailed: boolean
    }
  | { readonly kind: 'logger'; readonly logger: string; readonly level: string }

/** What a record of the topic was read as: something it says, something to be told to whoever runs the worker, or nothing readable. */
export type ReadConfigRecord =
  | ConfigRecord
  /** `counts` is false where not even JSON was found: such a record does not move the offset of the configurations. */
  | { readonly kind: 'invalid'; readonly problem: string; readonly counts: boolean }

export interface KeyAndValue {
  readonly key: string
  readonly value: Buffer | null
}

/**
 * The bytes that Java's KafkaConfigBackingStore writes: keys are texts, values JSON without schemas whose members stand in the order of Java's
 * schemas.
 */
export function encodeConfigRecord(record: ConfigRecord): KeyAndValue {
  switch (record.kind) {
    case 'connector':
      return {
        key: `connector-${record.connector}`,
        value: record.config && encodeJson({ properties: record.config }),
      }
    case 'target-state':
      return {
        key: `target-state-${record.connector}`,
        value: record.state && encodeJson(targetStateValue(record.state)),
      }
    case 'task':
      return {
        key: `task-${record.connector}-${record.task}`,
        value: encodeJson({ properties: record.config }),
      }
    case 'commit':
      return { key: `commit-${record.connector}`, value: encodeJson({ tasks: record.tasks }) }
    case 'fencing':
      return {
        key: `tasks-fencing-${record.connector}`,
        value: encodeJson({ 'task-count': record.tasks }),
      }
    case 'session-key':
      return { key: SESSION_KEY, value: encodeJson(sessionKeyMembers(record.sessionKey)) }
    case 'restart': {
      const { connector, includeTasks, onlyFailed } = record
      const value = { 'include-tasks': includeTasks, 'only-failed': onlyFailed }
      return { key: `restart-connector-${connector}`, value: encodeJson(value) }
    }
    case 'logger':
      return { key: `logger-cluster-${record.logger}`, value: encodeJson({ level: record.level }) }
  }
}

/** Never throws: what is not understood is left where it stands, and said. */
export function readConfigRecord(key: string | null, value: Buffer | null): ReadConfigRecord {
  let json: unknown
  try {
    json = decodeJson(value)
  } catch {
    const problem = `Failed to convert config data to Kafka Connect format: the value of ${String(key)} is not JSON`
    return { kind: 'invalid', problem, counts: false }
  }
  for (const [prefix, read] of readers) {
    if (key?.startsWith(prefix) === true) return read(key.slice(prefix.length), json)
  }
  return invalid(`Discarding config update record with invalid key: ${String(key)}`)
}

const SESSION_KEY = 'session-key'

type Reader = (rest: string, json: unknown) => ReadConfigRecord

/** By the beginning of the key, in the order in which Java asks. */
const readers: readonly (readonly [string, Reader])[] = [
  ['target-state-', readTargetState],
  ['connector-', readConnector],
  ['task-', readTask],
  ['commit-', readCommit],
  ['restart-connector-', readRestart],
  ['tasks-fencing-', readFencing],
  [SESSION_KEY, readSessionKey],
  ['logger-cluster-', readLogger],
]

/** Workers older than KIP-875 read `state` and know no STOPPED. */
function targetStateValue(state: TargetState): Readonly<Record<string, string>> {
  return { state: state === 'STOPPED' ? 'PAUSED' : state, 'state.v2': state }
}

function sessionKeyMembers({ key, algorithm, createdAt }: SessionKey): unknown {
  return { key, algorithm, 'creation-timestamp': createdAt }
}

function readTargetState(connector: string, json: unknown): ReadConfigRecord {
  if (json === null) return { kind: 'target-state', connector, state: null }
  const members = membersOf(json)
  const state = members['state.v2'] ?? members.state
  if (typeof state === 'string' && isTargetState(state)) {
    return { kind: 'target-state', connector, state }
  }
  return invalid(
    `Invalid data for target state for connector '${connector}': expected STARTED, PAUSED or STOPPED, found ${String(state)}`,
  )
}

function isTargetState(text: string): text is TargetState {
  return text === 'STARTED' || text === 'PAUSED' || text === 'STOPPED'
}

function readConnector(connector: string, json: unknown): ReadConfigRecord {
  if (json === null) return { kind: 'connector', connector, config: null }
  const config = textsOf(membersOf(json).properties)
  if (config) return { kind: 'connector', connector, config }
  return invalid(
    `Invalid data for config for connector '${connector}': 'properties' should be an object of texts`,
  )
}

function readTask(rest: string, json: unknown): ReadConfigRecord {
  const at = rest.lastIndexOf('-')
  const task = at > 0 ? Number(rest.slice(at + 1)) : Number.NaN
  if (!Number.isInteger(task)) {
    return invalid(`Ignoring task configuration because task-${rest} names no task`)
  }
  const connector = rest.slice(0, at)
  const config = textsOf(membersOf(json).properties)
  if (config) return { kind: 'task', connector, task, config: config as ConnectorConfig }
  return invalid(
    `Invalid data for config for task ${rest}: 'properties' should be an object of texts`,
  )
}

function readCommit(connector: string, json: unknown): ReadConfigRecord {
  const tasks = countOf(membersOf(json).tasks)
  if (tasks !== null) return { kind: 'commit', connector, tasks }
  return invalid(`Invalid data for the commit of connector '${connector}': 'tasks' is no count`)
}

function readFencing(connector: string, json: unknown): ReadConfigRecord {
  const tasks = countOf(membersOf(json)['task-count'])
  if (tasks !== null) return { kind: 'fencing', connector, tasks }
  return invalid(
    `Invalid data for the task count of connector '${connector}': 'task-count' is no count`,
  )
}

function readRestart(connector: string, json: unknown): ReadConfigRecord {
  if (json === null) {
    return invalid(`Ignoring the request to restart connector '${connector}': it is empty`)
  }
  const members = membersOf(json)
  const includeTasks = members['include-tasks'] === true
  return { kind: 'restart', connector, includeTasks, onlyFailed: members['only-failed'] === true }
}

function readSessionKey(_rest: string, json: unknown): ReadConfigRecord {
  const { key, algorithm, 'creation-timestamp': createdAt } = membersOf(json)
  if (typeof key === 'string' && typeof algorithm === 'string' && Number.isSafeInteger(createdAt)) {
    const sessionKey = { key, algorithm, createdAt: Number(createdAt) }
    return { kind: 'session-key', sessionKey }
  }
  return invalid('Invalid data for the session key')
}

function readLogger(logger: string, json: unknown): ReadConfigRecord {
  const { level } = membersOf(json)
  if (typeof level === 'string') return { kind: 'logger', logger, level }
  return invalid(`Invalid data for the level of logger '${logger}': 'level' should be a text`)
}

function invalid(problem: string): ReadConfigRecord {
  return { kind: 'invalid', problem, counts: true }
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
}

/** Null for anything but an object whose members are texts or null. */
function textsOf(value: unknown): RawConfig | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const members = Object.entries(membersOf(value))
  const isText = ([, each]: readonly [string, unknown]): boolean =>
    each === null || typeof each === 'string'
  return members.every(isText) ? (Object.fromEntries(members) as RawConfig) : null
}

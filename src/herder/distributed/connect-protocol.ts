import { ByteReader } from '../../kafka/protocol/byte-reader.ts'
import { ByteWriter } from '../../kafka/protocol/byte-writer.ts'
import { WireError } from '../../kafka/protocol/wire-error.ts'
import { noWork } from './work.ts'
import type { Work } from './work.ts'

/**
 * What workers of a group tell each other through its coordinator (protocol type `connect`), as Java's ConnectProtocol and
 * IncrementalCooperativeConnectProtocol (KIP-415, KIP-507) lay it out, big-endian:
 *
 *     metadata   := INT16 version, STRING url, INT64 config-offset, [version >= 1, or drained] NULLABLE_BYTES assignment,
 *                   [ours, where it is drained] INT8 1
 *     assignment := INT16 version, INT16 error, STRING leader, STRING leader-url, INT64 config-offset, ARRAY work,
 *                   [version >= 1] ARRAY work revoked, INT32 delay, [ours, for static members] INT8 whole
 *     work       := STRING connector, ARRAY INT32 tasks
 *
 * Among `tasks`, -1 is the connector itself. Of the versions that are incremental both arrays may be null, and what stands at
 * the end may be missing. A reader takes what it knows of a newer version and leaves the rest. In a group the versions are called
 * `default` (eager), `compatible` and `sessioned` (both incremental; the latter with signed requests between workers).
 */
export type ConnectProtocolVersion = 0 | 1 | 2

/** What the leader decided for one worker. */
export interface WorkerAssignment {
  readonly version: ConnectProtocolVersion
  /** 0, or 1 where the leader has not read the newest configurations: then nothing is assigned. */
  readonly error: number
  /** Member id of the leader. */
  readonly leader: string
  readonly leaderUrl: string
  /** How far whoever acts on it must have read the topic of configurations. */
  readonly configOffset: number
  /** All of a worker's work in version 0; what it shall start besides what it has since version 1. */
  readonly assigned: Work
  /** What it shall stop at once. Since version 1. */
  readonly revoked: Work
  /** In so many ms the group is to be rebalanced, since lost work waits for its worker; 0 for no delay. Since version 1. */
  readonly delayMs: number
  /**
   * Ours: `assigned` is all that the worker has, also since version 1. So a static member (KIP-345) that comes back and is given what was decided before goes on
   * with all of it. Java's workers are no static members, and do not read it.
   */
  readonly isWhole?: boolean
}

/** What a worker tells the leader of itself. */
export interface WorkerMetadata {
  /** Its advertised URL, with a slash at its end. */
  readonly url: string
  /** How far it has read the topic of configurations. */
  readonly configOffset: number
  /** What it runs; null for nothing. Always null in version 0. */
  readonly assignment: WorkerAssignment | null
  /** Ours: it is to have nothing. A leader of Java's does not read it. */
  readonly isDrained?: boolean
}

/** Stands for the connector among its tasks. */
const CONNECTOR = -1

export function encodeMetadata(metadata: WorkerMetadata, version: ConnectProtocolVersion): Buffer {
  const writer = new ByteWriter()
  writer.int16(version)
  writeText(writer, metadata.url)
  writer.int64(metadata.configOffset)
  const isDrained = metadata.isDrained === true
  if (version > 0) {
    const bytes = metadata.assignment && encodeAssignment({ ...metadata.assignment, version })
    writer.length(bytes?.length ?? -1, 4)
    if (bytes) writer.bytes(bytes)
  } else if (isDrained) {
    // A leader of Java's looks for an assignment in whatever stands here, of version 0 too, and ends where it finds less.
    writer.length(-1, 4)
  }
  if (isDrained) writer.int8(1)
  return writer.view()
}

/** Throws a WireError where the bytes are no worker's. */
export function decodeMetadata(bytes: Buffer): WorkerMetadata {
  const reader = new ByteReader(bytes)
  readVersion(reader, 'subscription')
  const url = readText(reader)
  const configOffset = reader.safeInt64()
  const length = reader.remaining > 0 ? reader.length(4) : -1
  const assignment = length < 0 ? null : decodeAssignment(reader.view(length))
  const isDrained = reader.remaining > 0 && reader.int8() === 1
  return { url, configOffset, assignment, ...(isDrained && { isDrained }) }
}

export function encodeAssignment(assignment: WorkerAssignment): Buffer {
  const writer = new ByteWriter()
  writer.int16(assignment.version)
  writer.int16(assignment.error)
  writeText(writer, assignment.leader)
  writeText(writer, assignment.leaderUrl)
  writer.int64(assignment.configOffset)
  writeWork(writer, assignment.assigned)
  if (assignment.version > 0) {
    writeWork(writer, assignment.revoked)
    writer.int32(assignment.delayMs)
    if (assignment.isWhole === true) writer.int8(1)
  }
  return writer.view()
}

/** Throws a WireError where the bytes are no assignment. */
export function decodeAssignment(bytes: Buffer): WorkerAssignment {
  const reader = new ByteReader(bytes)
  const version = readVersion(reader, 'assignment')
  const head = {
    version,
    error: reader.int16(),
    leader: readText(reader),
    leaderUrl: readText(reader),
    configOffset: reader.safeInt64(),
    assigned: readWork(reader),
  }
  if (version === 0) return { ...head, revoked: noWork, delayMs: 0 }
  const revoked = readWork(reader)
  const delayMs = reader.remaining > 0 ? reader.int32() : 0
  const isWhole = reader.remaining > 0 && reader.int8() === 1
  return { ...head, revoked, delayMs, ...(isWhole && { isWhole }) }
}

function readVersion(reader: ByteReader, what: string): ConnectProtocolVersion {
  const version = reader.int16()
  if (version < 0) throw new WireError(`Unsupported ${what} version: ${version}`)
  return version > 1 ? 2 : version === 1 ? 1 : 0
}

/** One element a connector, in the order in which they come; the connector before its tasks. */
function writeWork(writer: ByteWriter, { connectors, tasks }: Work): void {
  const byConnector = new Map<string, number[]>(connectors.map((name) => [name, [CONNECTOR]]))
  for (const { connector, task } of tasks) {
    const known = byConnector.get(connector)
    if (known) known.push(task)
    else byConnector.set(connector, [task])
  }
  writer.length(byConnector.size, 4)
  for (const [connector, numbers] of byConnector) {
    writeText(writer, connector)
    writer.length(numbers.length, 4)
    for (const each of numbers) writer.int32(each)
  }
}

function readWork(reader: ByteReader): Work {
  const count = reader.remaining > 0 ? reader.length(4) : -1
  const connectors: string[] = []
  const tasks: Work['tasks'][number][] = []
  for (let i = 0; i < count; i++) {
    const connector = readText(reader)
    for (let left = reader.length(4); left > 0; left--) {
      const task = reader.int32()
      if (task === CONNECTOR) connectors.push(connector)
      else tasks.push({ connector, task })
    }
  }
  return { connectors, tasks }
}

function writeText(writer: ByteWriter, text: string): void {
  const length = Buffer.byteLength(text)
  writer.length(length, 2)
  writer.utf8(text, length)
}

function readText(reader: ByteReader): string {
  const length = reader.length(2)
  if (length < 0) throw new WireError('Expected a text in what a worker sends, found null.')
  return reader.utf8(length)
}

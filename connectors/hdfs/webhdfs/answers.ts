import { ConnectError } from 'sluice/api'

/** A file or a directory. */
export interface FileStatus {
  /** Empty of what was asked for itself. */
  readonly name: string
  readonly isDirectory: boolean
  readonly bytes: number
  /** In milliseconds since the epoch. */
  readonly modifiedAt: number
}

interface Json {
  readonly Location?: unknown
  readonly FileStatus?: unknown
  readonly FileStatuses?: { readonly FileStatus?: unknown }
}

/** Of GETFILESTATUS. */
export function statusOf(body: Buffer): FileStatus {
  return toStatus(parsed(body).FileStatus)
}

/** Of LISTSTATUS, in the order of names. */
export function listOf(body: Buffer): readonly FileStatus[] {
  const list = parsed(body).FileStatuses?.FileStatus
  if (!Array.isArray(list)) throw unexpected(body)
  return list.map(toStatus)
}

/** Where a DataNode takes or gives the contents of a file. Holds a token on secured clusters: a secret. */
export function locationOf(location: string | null, action: string, body?: Buffer): string {
  if (location !== null) return location
  const found = body === undefined || body.length === 0 ? undefined : parsed(body).Location
  if (typeof found === 'string') return found
  throw new ConnectError(
    `Cannot ${action}: the NameNode named no DataNode. Is this the address of WebHDFS or HttpFS?`,
  )
}

function parsed(body: Buffer): Json {
  try {
    return JSON.parse(body.toString()) as Json
  } catch {
    throw unexpected(body)
  }
}

function toStatus(found: unknown): FileStatus {
  if (typeof found !== 'object' || found === null) {
    throw unexpected(Buffer.from(JSON.stringify({ FileStatus: found })))
  }
  const status = found as Readonly<Record<string, unknown>>
  return {
    name: typeof status.pathSuffix === 'string' ? status.pathSuffix : '',
    isDirectory: status.type === 'DIRECTORY',
    bytes: Number(status.length),
    modifiedAt: Number(status.modificationTime),
  }
}

function unexpected(body: Buffer): ConnectError {
  const text = body.toString('utf8', 0, 200)
  return new ConnectError(
    `HDFS answered what WebHDFS does not: ${text}. Is this the address of WebHDFS or HttpFS?`,
  )
}

import { parseArgs } from 'node:util'
import { asError } from '../../errors/connect-error.ts'

/** What `connect-check` was asked to do. */
export interface CheckOptions {
  readonly workerFile: string
  readonly connectorFiles: readonly string[]
  /** Of a running worker; null for none. */
  readonly url: string | null
  readonly json: boolean
  /** Whether what is supported is listed, too. */
  readonly all: boolean
}

/** Wrong arguments: the usage is shown with it. */
export class UsageError extends Error {}

export const usage = `Usage: connect-check worker.properties [connector.properties connector.json ...] [--url http://worker:8083] [--all] [--json]

Says what of a Kafka Connect worker's files this worker supports, does differently, or misses.

  --url URL  The connectors of a running worker as well, by its REST API. User and password: in the URL,
             or in CONNECT_CHECK_USER and CONNECT_CHECK_PASSWORD
  --all      List what is supported, too
  --json     Answer with one JSON object

Exit code: 0 nothing is missing, 1 something is, 2 it could not be found out.`

const known = {
  help: { type: 'boolean', short: 'h' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  all: { type: 'boolean' },
} as const

/** Null where the usage is asked for. Throws a UsageError. */
export function readOptions(args: readonly string[]): CheckOptions | null {
  const { values, positionals } = parsed(args)
  if (values.help === true) return null
  const [workerFile, ...connectorFiles] = positionals
  if (workerFile === undefined) throw new UsageError('The worker file is missing.')
  return {
    ...{ workerFile, connectorFiles, url: values.url ?? null },
    ...{ json: values.json === true, all: values.all === true },
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: true, strict: true })
  } catch (cause) {
    throw new UsageError(asError(cause).message, { cause })
  }
}

import { readFileSync } from 'node:fs'

export interface RecordedRequest {
  /** `{namenode}`, `{datanode}` and so on. */
  readonly host: string
  readonly method: string
  readonly target: string
  readonly body?: string
}

export interface RecordedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly json?: unknown
  readonly text?: string
}

/** One request and its answer; `error` where no answer came. */
export interface Exchange {
  readonly id: string
  readonly request: RecordedRequest
  readonly response?: RecordedAnswer
  readonly error?: string
}

/** What the client is asked for in one call. */
export type SpokenOp =
  'CREATE' | 'APPEND' | 'OPEN' | 'GETFILESTATUS' | 'LISTSTATUS' | 'MKDIRS' | 'RENAME' | 'DELETE'

/** An operation as it was recorded, in one step or two. */
export interface Recording {
  readonly name: string
  readonly op: SpokenOp
  readonly path: string
  readonly query: URLSearchParams
  readonly steps: readonly Exchange[]
}

const methods: Readonly<Record<SpokenOp, string>> = {
  ...{ CREATE: 'PUT', APPEND: 'POST', OPEN: 'GET', GETFILESTATUS: 'GET', LISTSTATUS: 'GET' },
  ...{ MKDIRS: 'PUT', RENAME: 'PUT', DELETE: 'DELETE' },
}

/** What the recorder tried besides, and the client never asks for. */
export const recorderOnly = [
  ...['permission', 'createparent', 'blocksize', 'replication', 'buffersize', 'noredirect'],
]

/** The lines of a file, as they were recorded from Hadoop. */
export function linesOf(file: string): readonly { readonly id: string }[] {
  const url = new URL(`../../fixtures/webhdfs/${file}.jsonl`, import.meta.url)
  const lines = readFileSync(url, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as { readonly id: string })
}

/** The line of this name. */
export function lineOf(file: string, id: string): unknown {
  const found = linesOf(file).find((line) => line.id === id)
  if (found === undefined) throw new Error(`${file} has no ${id}`)
  return found
}

/** Those operations of a file that the client can be asked for, and that were answered to their end by one server. */
export function recordingsOf(file: string): Recording[] {
  const exchanges = linesOf(file).filter(isExchange)
  return exchanges.flatMap((exchange, at) => {
    if (isSecond(exchange) && isFirstOf(exchanges[at - 1], exchange)) return []
    const next = exchanges[at + 1]
    const steps = next !== undefined && isFirstOf(exchange, next) ? [exchange, next] : [exchange]
    return spoken(steps) ?? []
  })
}

function isExchange(line: { readonly id: string }): line is Exchange {
  return 'request' in line
}

function isSecond({ id }: Exchange): boolean {
  return /\.2(?:-datanode)?$/.test(id)
}

/** Whether `second` is what came of the redirection of `first`. */
function isFirstOf(first: Exchange | undefined, second: Exchange): boolean {
  const base = (id: string): string => id.replace(/\.[12](?:-\w+)?$/, '')
  if (first === undefined || !isSecond(second) || base(first.id) !== base(second.id)) return false
  return /\.1(?:-namenode)?$/.test(first.id)
}

function spoken(steps: readonly Exchange[]): Recording | null {
  const [first] = steps
  if (first === undefined) return null
  const { method, target } = first.request
  const url = new URL(target, 'http://hdfs')
  const query = url.searchParams
  const op = query.get('op') ?? ''
  if (!isSpoken(op) || methods[op] !== method || !url.pathname.startsWith('/webhdfs/v1/'))
    return null
  // What the client has no way to ask for.
  if (query.get('renameoptions') === 'NONE' || query.get('recursive') === 'true') return null
  if (op === 'OPEN' && query.has('noredirect')) return null
  if (['data', 'excludedatanodes'].some((name) => query.has(name))) return null
  if (!query.has('user.name')) return null
  const last = steps.at(-1)?.response
  if (last === undefined || last.status === 307 || isStandby(last)) return null
  const path = decodeURIComponent(url.pathname.slice('/webhdfs/v1'.length))
  return { name: first.id.replace(/\.1(?:-namenode)?$/, ''), op, path, query, steps }
}

function isSpoken(op: string): op is SpokenOp {
  return op in methods
}

function isStandby({ json }: RecordedAnswer): boolean {
  return JSON.stringify(json ?? null).includes('StandbyException')
}

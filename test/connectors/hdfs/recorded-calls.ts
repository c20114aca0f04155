import { exceptionOf } from '../../../connectors/hdfs/webhdfs/remote-exception.ts'
import type { WebHdfsClient } from '../../../connectors/hdfs/webhdfs/webhdfs-client.ts'
import { isRetriable } from '../../../src/api/index.ts'
import type { RecordedAnswer, Recording } from './recordings.ts'

const never = new AbortController().signal

/** What HDFS may do if it is asked again. All else is final, whatever the status. */
const passing = new Set([
  ...['StandbyException', 'SafeModeException', 'RecoveryInProgressException'],
  ...['AlreadyBeingCreatedException', 'CannotObtainBlockLengthException'],
])
const passingTexts = [
  'Failed to find datanode',
  'No active and not excluded nodes contain this block',
]

interface Remote {
  readonly RemoteException?: { readonly exception: string; readonly message: string }
}

interface Status {
  readonly pathSuffix: string
  readonly type: string
  readonly length: number
  readonly modificationTime: number
}

/** What a caller has to hear of, by the last answer. */
export function outcomeOf(recording: Recording): unknown {
  const answer = recording.steps.at(-1)?.response
  if (answer === undefined) throw new Error(`${recording.name} has no answer`)
  return answer.status >= 400 ? failureOf(recording, answer) : resultOf(recording, answer)
}

function failureOf({ op }: Recording, { json }: RecordedAnswer): unknown {
  const { exception = '', message = '' } = (json as Remote | undefined)?.RemoteException ?? {}
  const asksForStatus = op === 'GETFILESTATUS' || op === 'LISTSTATUS'
  if (asksForStatus && exception === 'FileNotFoundException') return null
  const passes = passing.has(exception) || passingTexts.some((text) => message.includes(text))
  const [text = ''] = message.split('\n\tat')
  return { exception, passes, text: text.trim() }
}

function resultOf({ op }: Recording, { json, text }: RecordedAnswer): unknown {
  const { FileStatus, FileStatuses, boolean } = (json ?? {}) as {
    readonly FileStatus?: Status
    readonly FileStatuses?: { readonly FileStatus: readonly Status[] }
    readonly boolean?: boolean
  }
  const statusOf = (status?: Status): unknown => ({
    name: status?.pathSuffix,
    isDirectory: status?.type === 'DIRECTORY',
    bytes: status?.length,
    modifiedAt: status?.modificationTime,
  })
  if (op === 'GETFILESTATUS') return statusOf(FileStatus)
  if (op === 'LISTSTATUS') return FileStatuses?.FileStatus.map(statusOf)
  // WebHDFS says nothing where it has replaced a file.
  if (op === 'RENAME') return boolean ?? true
  if (op === 'DELETE') return boolean
  return op === 'OPEN' ? (text ?? '') : undefined
}

function contentsOf({ steps }: Recording): Buffer {
  const text = steps.at(-1)?.request.body ?? ''
  const length = /^<(\d+) bytes>$/.exec(text)
  return length === null ? Buffer.from(text) : Buffer.alloc(Number(length[1]), 'x')
}

/** Asks the client for it. */
export async function call(client: WebHdfsClient, recording: Recording): Promise<unknown> {
  const { op, path, query } = recording
  const contents = contentsOf(recording)
  const body = { bytes: contents.length, read: () => [contents] }
  const to = query.get('destination') ?? ''
  switch (op) {
    case 'CREATE':
      await client.create(path, body, { overwrite: query.get('overwrite') === 'true' }, never)
      return undefined
    case 'APPEND':
      await client.append(path, body, never)
      return undefined
    case 'OPEN':
      return await textOf(client, path, query)
    case 'GETFILESTATUS':
      return await client.status(path, never)
    case 'LISTSTATUS':
      return await client.list(path, never)
    case 'MKDIRS':
      await client.makeDirectory(path, never)
      return undefined
    case 'RENAME':
      if (query.has('renameoptions')) return await client.replace(path, to, never)
      return await client.rename(path, to, never)
    case 'DELETE':
      return await client.delete(path, never)
  }
}

async function textOf(
  client: WebHdfsClient,
  path: string,
  query: URLSearchParams,
): Promise<string> {
  const offset = query.get('offset')
  const range =
    offset === null ? null : { offset: Number(offset), length: Number(query.get('length') ?? 7) }
  const chunks: Buffer[] = []
  const opened = await client.open(path, range, never)
  for await (const chunk of opened as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** What the caller does hear of. */
export async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    const { message } = error as Error
    const exception = exceptionOf(error)
    const text = / answered (?:\w+: (.*?)|HTTP status \d+)(?:\. (?:Give|Is|It|Raise).*)?$/s.exec(
      message,
    )
    return { exception, passes: isRetriable(error), text: text?.[1] ?? '' }
  }
}

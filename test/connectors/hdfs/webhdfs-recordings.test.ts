import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebHdfsClient } from '../../../connectors/hdfs/webhdfs/webhdfs-client.ts'
import { isRetriable } from '../../../src/api/index.ts'
import { RecordedHdfs } from './recorded-hdfs.ts'
import type { Seen } from './recorded-hdfs.ts'
import { call, outcome, outcomeOf } from './recorded-calls.ts'
import { lineOf, linesOf, recorderOnly, recordingsOf } from './recordings.ts'
import type { Exchange, Recording } from './recordings.ts'

let hdfs: RecordedHdfs
let other: RecordedHdfs

beforeAll(async () => {
  hdfs = await RecordedHdfs.start()
  other = await RecordedHdfs.start()
})
beforeEach(() => {
  hdfs.expect([])
  other.expect([])
})
afterAll(async () => {
  await hdfs[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

const never = new AbortController().signal
const exchangeOf = (file: string, id: string): Exchange => lineOf(file, id) as Exchange
/** Nobody listens there. */
const closed = '127.0.0.1:1'

function clientOf(hosts: readonly string[], user = 'root'): WebHdfsClient {
  return new WebHdfsClient({
    addresses: hosts.map((host) => new URL(`http://${host}`)),
    identity: { query: { 'user.name': user } },
    timeoutMs: 30_000,
  })
}

/** What a request asks for, whichever way its path is written. */
function askedFor(method: string, target: string): unknown {
  const { pathname, searchParams } = new URL(target, 'http://hdfs')
  return { method, path: decodeURIComponent(pathname), query: Object.fromEntries(searchParams) }
}

/** The first request of a recording, as the client puts it. */
function firstRequest({ op, query, steps }: Recording): unknown {
  const [first] = steps
  const { pathname } = new URL(first?.request.target ?? '', 'http://hdfs')
  const wanted = new URLSearchParams(query)
  for (const name of recorderOnly) wanted.delete(name)
  if (op === 'CREATE') wanted.set('overwrite', query.get('overwrite') ?? 'false')
  if (op === 'DELETE') wanted.set('recursive', 'false')
  if (op === 'OPEN' && query.has('offset')) wanted.set('length', query.get('length') ?? '7')
  return askedFor(first?.request.method ?? '', `${pathname}?${wanted.toString()}`)
}

/** Of those that were recorded at the DataNode alone, with the redirection that led there. */
function wholly(recording: Recording): Recording {
  const [first] = recording.steps
  if (first?.request.host !== '{datanode}') return recording
  const { target } = first.request
  const query = new URLSearchParams(recording.query)
  for (const name of ['namenoderpcaddress', 'createflag', 'createparent']) query.delete(name)
  const led: Exchange = {
    id: `${first.id}.led`,
    request: { ...first.request, target: `${target.split('?')[0] ?? ''}?${query.toString()}` },
    response: { status: 307, headers: { location: `http://{datanode}${target}` } },
  }
  return { ...recording, query, steps: [led, first] }
}

function expectHeaders(seen: readonly Seen[], { op, steps }: Recording): void {
  for (const [index, { headers, body }] of seen.entries()) {
    expect(headers).not.toHaveProperty('expect')
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('transfer-encoding')
    const sends = op === 'CREATE' || op === 'APPEND'
    if (!sends || index === 0) {
      expect(body).toHaveLength(0)
    } else {
      // HttpFS takes no other type; and the length is said before.
      expect(headers['content-type']).toBe('application/octet-stream')
      expect(headers['content-length']).toBe(String(body.length))
    }
    // Against forged requests, of whatever changes something.
    if (index === 0 || sends) expect(headers).toHaveProperty('x-xsrf-header')
  }
  expect(seen).toHaveLength(steps.length)
}

describe.each([
  ['operations', 65],
  ['httpfs', 66],
  ['httpfs-streams', 1],
  ['states', 9],
  ['no-datanode', 4],
  ['leases', 6],
  ['streams', 5],
  ['ha', 5],
])('as %s.jsonl has it', (file, count) => {
  const recordings = recordingsOf(file).map(wholly)

  test(`${count} operations were recorded that the client knows`, () => {
    expect(recordings).toHaveLength(count)
  })

  test.each(recordings)('$name is asked for and understood', async (recording) => {
    hdfs.expect(recording.steps)
    const client = clientOf([hdfs.host], recording.query.get('user.name') ?? 'root')
    try {
      expect(await outcome(call(client, recording))).toEqual(outcomeOf(recording))
    } finally {
      client.close()
    }
    const [first, second] = hdfs.seen
    expect(askedFor(first?.method ?? '', first?.target ?? '')).toEqual(firstRequest(recording))
    const led = recording.steps[1]?.request
    // Byte for byte, as the server gave it.
    if (led !== undefined) {
      expect([second?.method, second?.target]).toEqual([led.method, hdfs.filled(led.target)])
    }
    expectHeaders(hdfs.seen, recording)
  })
})

describe('NameNodes', () => {
  const last = async (client: WebHdfsClient): Promise<unknown> => {
    try {
      return await outcome(client.status('/ha/a', never))
    } finally {
      client.close()
    }
  }
  const standby = exchangeOf('ha', 'standby.getfilestatus')
  const active = exchangeOf('ha', 'namenode-other')

  test('that stand by are passed over, and not asked again', async () => {
    hdfs.expect([standby])
    other.expect([active, active])
    const client = clientOf([hdfs.host, other.host])
    expect(await client.status('/ha/a', never)).toMatchObject({ bytes: 5 })
    expect(await last(client)).toMatchObject({ bytes: 5 })
    expect([hdfs.seen.length, other.seen.length]).toEqual([1, 2])
  })

  test('that cannot be reached are, too', async () => {
    other.expect([active])
    expect(await last(clientOf([closed, other.host]))).toMatchObject({ bytes: 5 })
  })

  test('that all stand by are a passing state', async () => {
    hdfs.expect(Array.from({ length: 9 }, () => exchangeOf('ha', 'both-standby.1')))
    other.expect(Array.from({ length: 9 }, () => exchangeOf('ha', 'both-standby.2')))
    const client = clientOf([hdfs.host, other.host])
    const failed = await client.status('/ha/a', never).catch((error: unknown) => error)
    client.close()
    expect(isRetriable(failed)).toBe(true)
    expect(String(failed)).toContain(`none of http://${hdfs.host}, http://${other.host} answers`)
  })
})

describe('DataNodes', () => {
  test('that refuse connections are excluded, until there is no other', async () => {
    const [led, refused] = ['datanode-down.create.1-namenode', 'datanode-down.exclude'].map((id) =>
      exchangeOf('states', id),
    )
    if (led === undefined || refused === undefined) throw new Error('nothing was recorded')
    const location = String(led.response?.headers.location).replace('{datanode}', closed)
    hdfs.expect([{ ...led, response: { status: 307, headers: { location } } }, refused])
    const client = clientOf([hdfs.host])
    const body = { bytes: 1, read: () => [Buffer.from('x')] }
    const created = client.create('/sm/x', body, { overwrite: false }, never)
    const text = 'Failed to find datanode, suggest to check cluster health. excludeDatanodes='
    expect(await outcome(created)).toEqual({
      ...{ exception: 'IOException', passes: true, text: `${text}127.0.0.1` },
    })
    client.close()
    const { searchParams } = new URL(refused.request.target, 'http://hdfs')
    const asked = new URL(hdfs.seen[1]?.target ?? '', 'http://hdfs').searchParams
    expect(asked.get('excludedatanodes')).toBe(searchParams.get('excludedatanodes'))
  })

  interface Note {
    readonly id: string
    readonly note?: string
    readonly status?: number
    readonly answer?: string
    readonly body?: string
    readonly result?: { readonly status: number; readonly body: string }
  }
  const notes = [...linesOf('leases'), ...linesOf('streams')] as readonly Note[]
  const refusals = notes.flatMap((line) => {
    const { status = 0 } = line.result ?? line
    const text = line.answer ?? line.result?.body ?? line.body ?? ''
    const exception = /^(\w+Exception) |"exception":"(\w+)"/.exec(text)
    if (status < 400 || exception === null) return []
    return [{ ...line, status, exception: exception[1] ?? exception[2] ?? '' }]
  })

  test('say of files that are open what is told of them below', () => {
    expect(refusals.map(({ exception }) => exception)).toEqual([
      'CannotObtainBlockLengthException',
      'AlreadyBeingCreatedException',
      'RecoveryInProgressException',
      'FileNotFoundException',
      'FileNotFoundException',
    ])
  })

  test.each(refusals)('$id ($note) is $exception', async ({ status, exception }) => {
    const json = { RemoteException: { exception, message: 'said so\n\tat a.Class' } }
    const request = { host: '', method: '', target: '' }
    const location = 'http://{datanode}/webhdfs/v1/f?op=APPEND&namenoderpcaddress={namenoderpc}'
    hdfs.expect([
      { id: 'led', request, response: { status: 307, headers: { location } } },
      { id: 'refused', request, response: { status, headers: {}, json } },
    ])
    const client = clientOf([hdfs.host])
    const appended = client.append('/f', { bytes: 0, read: () => [] }, never)
    const passes = exception !== 'FileNotFoundException'
    expect(await outcome(appended)).toEqual({ exception, passes, text: 'said so' })
    client.close()
  })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isRetriable } from '../../../../src/api/index.ts'
import { SecureFake, Somebody, hourMs } from './secure-fake.ts'

const never = new AbortController().signal
const body = { bytes: 7, read: () => [Buffer.from('secret\n')] }
/** What is asked of a server that knows nobody, until there is a token. */
const logIn = [
  'GETHOMEDIRECTORY by ticket',
  'GETDELEGATIONTOKEN by cookie',
  'RENEWDELEGATIONTOKEN by cookie',
]

let hdfs: SecureFake
let somebody: Somebody

beforeEach(async () => {
  hdfs = await SecureFake.start()
  somebody = new Somebody()
})
afterEach(() => hdfs[Symbol.asyncDispose]())

/** What was asked since the last time. */
const asked = (): string[] => hdfs.asked.splice(0)
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

describe('a token', () => {
  test('is asked for once by a ticket, and goes with all that follows, to the DataNode too', async () => {
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/user/sluice', never)
    expect(asked()).toEqual([...logIn, 'MKDIRS by token-1'])
    expect(somebody.verified).toEqual(['proof-of-ticket-1'])
    await client.create('/user/sluice/f', body, { overwrite: true }, never)
    expect(asked()).toEqual(['CREATE by token-1', 'CREATE at the DataNode by token-1'])
    const chunks: Buffer[] = []
    for await (const chunk of (await client.open(
      '/user/sluice/f',
      null,
      never,
    )) as AsyncIterable<Buffer>) {
      chunks.push(chunk)
    }
    expect(Buffer.concat(chunks).toString()).toBe('secret\n')
    expect(asked()).toEqual(['OPEN by token-1', 'OPEN at the DataNode by token-1'])
    expect(somebody.exchanges).toBe(1)
  })

  test('is asked for once by requests that come together', async () => {
    const { client } = somebody.client(hdfs)
    const paths = Array.from({ length: 10 }, (_, index) => `/${index}`)
    await Promise.all(paths.map((path) => client.makeDirectory(path, new AbortController().signal)))
    expect(asked().filter((text) => text.startsWith('GET'))).toEqual(logIn.slice(0, 2))
    expect(hdfs.tokens.size).toBe(1)
  })

  test('is renewed by the period, with the cookie while that is good', async () => {
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    for (let hour = 1; hour <= 9; hour++) {
      asked()
      hdfs.nowMs += hourMs
      await client.makeDirectory('/a', never)
      await client.makeDirectory('/b', never)
      const renewed = 'RENEWDELEGATIONTOKEN by cookie'
      expect(asked()).toEqual([renewed, 'MKDIRS by token-1', 'MKDIRS by token-1'])
    }
    expect(somebody.exchanges).toBe(1)
    hdfs.nowMs += hourMs
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual(['RENEWDELEGATIONTOKEN by ticket', 'MKDIRS by token-1'])
    expect(somebody.exchanges).toBe(2)
  })

  test('is renewed before it ends, where that comes before the period', async () => {
    hdfs.renewMs = hourMs / 60
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    asked()
    hdfs.nowMs += hourMs / 80
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual(['RENEWDELEGATIONTOKEN by cookie', 'MKDIRS by token-1'])
  })

  test('gives way to another where it has ended, or lived its longest', async () => {
    hdfs.renewMs = 2 * hourMs
    hdfs.longestMs = 3 * hourMs
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    asked()
    hdfs.nowMs += 2 * hourMs
    await client.makeDirectory('/a', never)
    const another = ['GETHOMEDIRECTORY by cookie', ...logIn.slice(1)]
    expect(asked()).toEqual([...another, 'MKDIRS by token-2'])
    hdfs.nowMs += hourMs
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual(['RENEWDELEGATIONTOKEN by cookie', 'MKDIRS by token-2'])
    hdfs.nowMs += hourMs
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual([
      ...['RENEWDELEGATIONTOKEN by cookie', ...another, 'MKDIRS by token-3'],
    ])
  })

  test('that the server does not take gives way to another, and what was refused is asked again', async () => {
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    hdfs.forget()
    asked()
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual([
      'MKDIRS by token-1',
      'GETHOMEDIRECTORY by cookie',
      'GETHOMEDIRECTORY by ticket',
      ...logIn.slice(1),
      'MKDIRS by token-1',
    ])
    expect(somebody.exchanges).toBe(2)
  })

  test('that a DataNode does not take gives way to another, and the file is written', async () => {
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    const late = {
      bytes: 7,
      read: () => {
        if (hdfs.tokens.has('token-1')) hdfs.tokens.set('token-1', { bornAt: 0, endsAt: 0 })
        return [Buffer.from('secret\n')]
      },
    }
    asked()
    await client.create('/user/sluice/f', late, { overwrite: true }, never)
    expect(asked().filter((text) => text.startsWith('CREATE'))).toEqual([
      ...['CREATE by token-1', 'CREATE at the DataNode by token-1'],
      ...['CREATE by token-2', 'CREATE at the DataNode by token-2'],
    ])
  })

  test.each([
    ['a NameNode', 'SecurityException'],
    ['HttpFS', 'AuthenticationException'],
  ])('that %s never takes is held for something that may pass', async (_server, exception) => {
    const { client } = somebody.client(hdfs)
    const message =
      "org.apache.hadoop.security.token.SecretManager$InvalidToken: Token for real user: , can't be found in cache"
    const refusal = JSON.stringify({ RemoteException: { exception, message } })
    hdfs.instead.set('MKDIRS', { status: 403, body: refusal })
    const error = await failure(client.makeDirectory('/a', never))
    expect(isRetriable(error)).toBe(true)
    expect(String(error)).toContain('Cannot make the directory /a')
    expect(asked().filter((text) => text.startsWith('MKDIRS'))).toHaveLength(2)
  })

  test('serves at each NameNode, of which one stands by', async () => {
    await using other = await SecureFake.start(hdfs.tokens)
    const { client } = somebody.client(hdfs, other)
    await client.makeDirectory('/a', never)
    hdfs.standsBy = true
    await client.makeDirectory('/a', never)
    expect(other.asked).toEqual(['MKDIRS by token-1'])
    expect(somebody.exchanges).toBe(1)
  })

  test('is renewed by the NameNode that is active', async () => {
    await using other = await SecureFake.start(hdfs.tokens)
    const { client } = somebody.client(hdfs, other)
    await client.makeDirectory('/a', never)
    hdfs.nowMs += hourMs
    other.nowMs = hdfs.nowMs
    hdfs.standsBy = true
    await client.makeDirectory('/a', never)
    expect(other.asked).toEqual(['RENEWDELEGATIONTOKEN by ticket', 'MKDIRS by token-1'])
    expect(somebody.warnings).toEqual([])
  })

  test('is asked of the NameNode that is active', async () => {
    await using other = await SecureFake.start(hdfs.tokens)
    hdfs.standsBy = true
    const { client } = somebody.client(hdfs, other)
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual(logIn.slice(0, 2))
    expect(other.asked).toEqual([...logIn, 'MKDIRS by token-1'])
  })
})

describe('while Kerberos cannot be asked', () => {
  test('the token is used on, with a warning each minute', async () => {
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    hdfs.nowMs += 10 * hourMs
    somebody.refusal = 'Cannot contact any KDC'
    for (let minute = 0; minute < 3; minute++) {
      await client.makeDirectory('/a', never)
      await client.makeDirectory('/b', never)
      hdfs.nowMs += 60_000
    }
    expect(somebody.warnings).toHaveLength(3)
    expect(somebody.warnings[0]).toMatch(/could not be renewed at .*; it is good until 2001-/)
    somebody.refusal = null
    asked()
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual(['RENEWDELEGATIONTOKEN by ticket', 'MKDIRS by token-1'])
  })

  test('a token that has ended is asked for as long as it takes', async () => {
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    hdfs.nowMs += 25 * hourMs
    somebody.refusal = 'Cannot contact any KDC'
    const error = await failure(client.makeDirectory('/a', never))
    expect(isRetriable(error)).toBe(true)
    expect(String(error)).toContain('Cannot contact any KDC')
    somebody.refusal = null
    await client.makeDirectory('/a', never)
    expect(asked().at(-1)).toBe('MKDIRS by token-2')
  })
})

describe('what is refused is said', () => {
  test('of a ticket that was used', async () => {
    const { client } = somebody.client(hdfs)
    somebody.ticket = () => 'the-same'
    await client.makeDirectory('/a', never)
    hdfs.forget()
    const error = await failure(client.makeDirectory('/a', never))
    expect(isRetriable(error)).toBe(true)
    expect(String(error)).toContain(`${hdfs.url.host} does not take the ticket of sluice/host@`)
    expect(String(error)).toContain('Request is a replay (34)')
    expect(String(error)).not.toContain('the-same')
  })

  test('of an HDFS that gives no token', async () => {
    hdfs.instead.set('GETDELEGATIONTOKEN', { status: 200, body: '{"Token":null}' })
    const { client } = somebody.client(hdfs)
    const error = await failure(client.makeDirectory('/a', never))
    expect(String(error)).toContain('Set hdfs.authentication.kerberos to false')
    expect(isRetriable(error)).toBe(false)
  })

  test('of a token that is another’s to renew nothing is: it gives way by the period', async () => {
    const message = 'sluice tries to renew a token with non-matching renewer other'
    const refusal = JSON.stringify({
      RemoteException: { exception: 'AccessControlException', message },
    })
    hdfs.instead.set('RENEWDELEGATIONTOKEN', { status: 403, body: refusal })
    const { client } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    hdfs.nowMs += hourMs
    await client.makeDirectory('/a', never)
    expect(asked().filter((text) => text.startsWith('MKDIRS'))).toEqual([
      ...['MKDIRS by token-1', 'MKDIRS by token-2'],
    ])
  })
})

describe('at its end', () => {
  test('the token is cancelled', async () => {
    const { client, authentication } = somebody.client(hdfs)
    await client.makeDirectory('/a', never)
    asked()
    await authentication.close()
    expect(asked()).toEqual(['CANCELDELEGATIONTOKEN by cookie'])
    expect(hdfs.tokens.size).toBe(0)
    await authentication.close()
    expect(asked()).toEqual([])
  })

  test('a server that is gone is no matter', async () => {
    await using gone = await SecureFake.start()
    const { client, authentication } = somebody.client(gone)
    await client.makeDirectory('/a', never)
    await gone[Symbol.asyncDispose]()
    await authentication.close()
  })

  test('the signal ends the wait for Kerberos', async () => {
    const stop = new AbortController()
    const { client } = somebody.client(hdfs)
    somebody.waits = true
    const stopped = expect(client.makeDirectory('/a', stop.signal)).rejects.toThrow('enough')
    const behind = expect(client.makeDirectory('/b', stop.signal)).rejects.toThrow('enough')
    await expect.poll(() => somebody.exchanges).toBe(1)
    stop.abort(new Error('enough'))
    await stopped
    await behind
    somebody.waits = false
    await client.makeDirectory('/a', never)
    expect(asked()).toEqual([...logIn, 'MKDIRS by token-1'])
  })
})

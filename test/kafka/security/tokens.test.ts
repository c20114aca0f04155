import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bearerTokens } from '../../../src/kafka/security/bearer-tokens.ts'
import { tokenSource } from '../../../src/kafka/security/token-source.ts'
import { claimsOf } from '../../../src/kafka/security/tokens.ts'

const never = new AbortController().signal
const options = (entries: Record<string, string>): Map<string, string> =>
  new Map(Object.entries(entries))

describe('a token nobody signed', () => {
  test('has the claims of the login module', async () => {
    const get = tokenSource(
      {},
      options({
        unsecuredLoginStringClaim_sub: 'alice',
        unsecuredLoginNumberClaim_n: '5',
        unsecuredLoginListClaim_scope: '|a|b',
        unsecuredLoginLifetimeSeconds: '60',
        unsecuredLoginExtension_trace: 'x',
      }),
    )
    const { value, extensions } = await get(never)
    const { iat, exp, ...claims } = claimsOf(value) as { iat: number; exp: number }
    expect(claims).toEqual({ sub: 'alice', n: 5, scope: ['a', 'b'] })
    expect(exp - iat).toBeCloseTo(60)
    expect(value.endsWith('.')).toBe(true)
    expect(Object.fromEntries(extensions)).toEqual({ trace: 'x' })
  })

  test('needs a subject', async () => {
    await expect(tokenSource({}, options({}))(never)).rejects.toThrow(
      'unsecuredLoginStringClaim_sub',
    )
  })
})

describe('a token in a file', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'sluice-token-'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  test('is read; one that is missing names the key', async () => {
    const file = path.join(folder, 'token')
    const config = { 'sasl.oauthbearer.token.endpoint.url': pathToFileURL(file).href }
    const get = tokenSource(config, options({}))
    await expect(get(never)).rejects.toThrow('sasl.oauthbearer.token.endpoint.url')
    await writeFile(file, ' tok \n')
    expect((await get(never)).value).toBe('tok')
  })
})

describe('a token endpoint', () => {
  let server: Server
  const asked: { readonly authorization: string | undefined; readonly body: string }[] = []
  let answers: [status: number, body: string][] = []

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    asked.push({ authorization: request.headers.authorization, body })
    const [status, text] = answers.shift() ?? [500, '']
    response.writeHead(status).end(text)
  }

  beforeEach(async () => {
    asked.length = 0
    server = createServer((request, response) => void answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.close()
  })

  const config = (more: Record<string, string> = {}): Record<string, string> => ({
    'sasl.oauthbearer.token.endpoint.url': `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    'sasl.login.retry.backoff.ms': '1',
    ...more,
  })
  const jaas = options({ clientId: 'me', clientSecret: 's&cret', scope: 'kafka' })

  test('is asked by client credentials, again where it is away, and once for a token that is good', async () => {
    answers = [
      [503, ''],
      [200, '{"access_token":"tok","expires_in":3600}'],
    ]
    const get = tokenSource(config(), jaas)
    expect((await Promise.all([get(never), get(never)])).map(({ value }) => value)).toEqual([
      'tok',
      'tok',
    ])
    expect((await get(never)).value).toBe('tok')
    expect(asked).toEqual(
      Array(2).fill({
        authorization: `Basic ${Buffer.from('me:s&cret').toString('base64')}`,
        body: 'grant_type=client_credentials&scope=kafka',
      }),
    )
  })

  test('is asked with the id, the secret and the scope of their keys, in the header as it was told', async () => {
    answers = [[200, '{"access_token":"tok"}']]
    const keys = {
      'sasl.login.callback.handler.class':
        'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler',
      'sasl.oauthbearer.client.credentials.client.id': 'you & me',
      'sasl.oauthbearer.client.credentials.client.secret': 'a:b',
      'sasl.oauthbearer.scope': 'other',
      'sasl.oauthbearer.header.urlencode': 'true',
    }
    await tokenSource(config(keys), jaas)(never)
    expect(asked).toEqual([
      {
        authorization: `Basic ${Buffer.from('you%20%26%20me:a%3Ab').toString('base64')}`,
        body: 'grant_type=client_credentials&scope=other',
      },
    ])
  })

  test('is asked again after sasl.login.retry.backoff.max.ms at the latest', async () => {
    answers = [
      [503, ''],
      [503, ''],
      [200, '{"access_token":"tok"}'],
    ]
    const backoff = {
      'sasl.login.retry.backoff.ms': '60000',
      'sasl.login.retry.backoff.max.ms': '1',
    }
    expect((await tokenSource(config(backoff), jaas)(never)).value).toBe('tok')
  })

  test.each([
    ['sasl.login.refresh.window.factor', { 'sasl.login.refresh.window.factor': '0.6' }, 600],
    [
      'sasl.login.refresh.min.period.seconds',
      {
        'sasl.login.refresh.window.factor': '0.5',
        'sasl.login.refresh.min.period.seconds': '690',
      },
      690,
    ],
    ['sasl.login.refresh.buffer.seconds', { 'sasl.login.refresh.buffer.seconds': '550' }, 450],
  ])('gives a token of 1000 s, which is renewed by %s', async (_key, keys, seconds) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      answers = Array<[number, string]>(2).fill([200, '{"access_token":"tok","expires_in":1000}'])
      const all = { 'sasl.login.refresh.window.jitter': '0', ...keys }
      const get = tokenSource(config(all), jaas)
      await get(never)
      vi.advanceTimersByTime((seconds - 5) * 1000)
      await get(never)
      expect(asked.length).toBe(1)
      vi.advanceTimersByTime(10_000)
      await get(never)
      expect(asked.length).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })

  test('that refuses is not asked again, and no secret is told', async () => {
    answers = [[401, '{"error":"invalid_client"}']]
    const failure = tokenSource(config(), jaas)(never)
    await expect(failure).rejects.toThrow('refused with status 401: invalid_client. Check clientId')
    await expect(failure).rejects.not.toThrow('s&cret')
    expect(asked).toHaveLength(1)
  })

  test.each(['nothing', '{}', '{"access_token":5}'])(
    'that answers %s gave no token',
    async (text) => {
      answers = [[200, text]]
      await expect(tokenSource(config(), jaas)(never)).rejects.toThrow('without an access_token')
    },
  )

  test('that does not answer is given up when the time is over', async () => {
    server.removeAllListeners('request')
    const get = tokenSource(config({ 'sasl.login.read.timeout.ms': '50' }), jaas)
    await expect(get(AbortSignal.timeout(300))).rejects.toThrow()
  })

  test.each([
    [{}, {}, 'has no clientId'],
    [{}, { clientId: 'a' }, 'has no clientSecret'],
    [
      { 'sasl.oauthbearer.token.endpoint.url': 'ftp://x' },
      {},
      'expected an https, http or file URL',
    ],
    [
      { 'sasl.login.callback.handler.class': 'com.example.Own' },
      {},
      'a Java class cannot run here',
    ],
    [
      { 'sasl.login.refresh.window.factor': '7' },
      { clientId: 'a', clientSecret: 'b' },
      'expected a number from 0 to 1',
    ],
  ])('%j with %j is refused', (more, entries, message) => {
    expect(() => tokenSource(config(more), options(entries))).toThrow(message)
  })
})

describe('a token that ends', () => {
  test('is renewed when most of its life is over; where that fails the old one is used to its end', async () => {
    let now = 0
    let issued = 0
    let away = false
    const get = bearerTokens({
      issue: () => {
        if (away) return Promise.reject(new Error('away'))
        issued++
        return Promise.resolve({ value: `t${issued}`, expiresAt: now + 1000_000 })
      },
      extensions: new Map(),
      windowFactor: 0.8,
      windowJitter: 0,
      leastMs: 60_000,
      bufferMs: 100_000,
      now: () => now,
    })
    const values: string[] = []
    for (now of [0, 799_000, 801_000]) values.push((await get(never)).value)
    away = true
    for (now of [1_700_000, 1_800_000]) values.push((await get(never)).value)
    expect(values).toEqual(['t1', 't1', 't2', 't2', 't2'])
    now = 1_802_000
    await expect(get(never)).rejects.toThrow('away')
  })

  test('is not used for longer because the clock was set back', async () => {
    let now = 5_000_000
    let elapsed = 0
    let issued = 0
    const get = bearerTokens({
      issue: () => Promise.resolve({ value: `t${++issued}`, expiresAt: now + 100_000 }),
      extensions: new Map(),
      windowFactor: 0.8,
      windowJitter: 0,
      leastMs: 60_000,
      bufferMs: 100_000,
      now: () => now,
      elapsed: () => elapsed,
    })
    expect((await get(never)).value).toBe('t1')
    now -= 3_600_000
    elapsed += 79_000
    expect((await get(never)).value).toBe('t1')
    elapsed += 2000
    expect((await get(never)).value).toBe('t2')
  })
})

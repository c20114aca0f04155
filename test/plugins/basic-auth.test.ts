import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type {
  RestExtensionRequest,
  RestExtensionResponse,
  RestFilter,
} from '../../src/api/rest-extension.ts'
import { BasicAuthSecurityRestExtension } from '../../src/plugins/basic-auth/basic-auth-extension.ts'
import { parseJaasFile } from '../../src/plugins/basic-auth/jaas-file.ts'
import { systemProperties } from '../../src/plugins/basic-auth/system-properties.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { maskSecrets } from '../../src/util/secrets.ts'

const moduleClass = 'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule'
let dir: string
const logged: string[] = []

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'sluice-test-'))
})
afterEach(() => {
  logged.length = 0
  setLogSink(() => undefined)
})
afterAll(() => rm(dir, { recursive: true }))

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(path.join(dir, name), text)
  return path.join(dir, name)
}

/** The extension as `KAFKA_OPTS` configures it, with a JAAS file of that text. */
async function open(jaas: string, env: NodeJS.ProcessEnv = {}): Promise<RestFilter> {
  setLogSink(({ message }) => logged.push(message))
  const file = await write('jaas.conf', jaas)
  const given = { KAFKA_OPTS: `-Dother=1 -Djava.security.auth.login.config=${file}`, ...env }
  const extension = new BasicAuthSecurityRestExtension(given)
  await extension.configure()
  let registered: RestFilter | undefined
  extension.register({
    addFilter: (filter) => (registered = filter),
    addRoute: () => expect.unreachable('It serves nothing of its own.'),
    clusterState: {
      connectors: () => [],
      connectorHealth: () => expect.unreachable(),
      connectorConfig: () => expect.unreachable(),
      clusterDetails: () => ({ kafkaClusterId: null }),
    },
  })
  if (registered === undefined) throw new Error('It registered no filter.')
  return registered
}

const section = (file: string, flag = 'required'): string =>
  `KafkaConnect { ${moduleClass} ${flag} file="${file}"; };`

function request(
  authorization?: string,
  method = 'GET',
  route = '/connectors/:connector',
): RestExtensionRequest {
  return {
    ...{ method, route, path: '/connectors/a', query: new URLSearchParams() },
    ...{ body: new Uint8Array(), remoteAddress: '127.0.0.1', signal: AbortSignal.timeout(60_000) },
    param: () => '',
    header: (name) => (name === 'authorization' ? authorization : undefined),
  }
}

const basic = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`
const refused: RestExtensionResponse = { status: 401, text: 'User cannot access the resource.' }

describe('the credentials of a request', () => {
  let filter: RestFilter
  beforeAll(async () => {
    const users = 'ann=pass word\nbob=\nempty\\:x=y\ncarl=ü\\u00fc\n__proto__=proto-secret\n'
    filter = await open(section(await write('users.properties', users)))
  })

  // What Java's worker 4.3.1 says to each stands in test/e2e/basic-auth.test.ts.
  test.each([
    ['none', undefined, false],
    ['of a user and its password', basic('ann:pass word'), true],
    ['in another case', basic('ann:pass word').replace('Basic', 'bAsIc'), true],
    ['without padding', basic('ann:pass word').replace(/=+$/, ''), true],
    ['with half of the padding', basic('ann:pass word').replace(/=$/, ''), false],
    ['after two blanks', basic('ann:pass word').replace(' ', '  '), false],
    ['that are no base64', 'Basic !!!', false],
    ['of nothing', 'Basic', false],
    ['of another scheme', 'Bearer YW5uOnBhc3Mgd29yZA==', false],
    ['with a wrong password', basic('ann:password'), false],
    ['with the beginning of the password', basic('ann:pass'), false],
    ['of a user nobody knows', basic('eve:pass word'), false],
    ['without a user', basic(':pass word'), false],
    ['without a colon', basic('ann'), false],
    ['with no password where none is set', basic('bob:'), true],
    ['with a password that has a colon', basic('empty:x:y'), false],
    ['in UTF-8, the file being ISO-8859-1', basic('carl:\u00c3\u00bc\u00fc'), true],
    ['of a user called as a member of objects', basic('constructor:'), false],
    ['of a user of any name', basic('__proto__:proto-secret'), true],
  ])('%s', async (_, authorization, accepted) => {
    expect(await filter(request(authorization))).toEqual(accepted ? undefined : refused)
  })

  test('are not asked for by what workers ask of each other, and only by that', async () => {
    const tasks = '/connectors/:connector/tasks'
    expect(await filter(request(undefined, 'POST', tasks))).toBeUndefined()
    expect(await filter(request(undefined, 'PUT', '/connectors/:connector/fence'))).toBeUndefined()
    expect(await filter(request(undefined, 'GET', tasks))).toEqual(refused)
    expect(await filter(request(undefined, 'PUT', '/connectors/:connector/config'))).toEqual(
      refused,
    )
  })

  test('are hidden wherever they might be printed', () => {
    expect(maskSecrets('It was "pass word".')).toBe('It was "[hidden]".')
  })
})

describe('the file of users', () => {
  test('lets everyone in where it is empty, with a warning', async () => {
    const filter = await open(section(await write('empty.properties', '# nobody\n')))
    expect(await filter(request())).toBeUndefined()
    expect(logged.join()).toContain('is empty; all requests will be permitted')
  })

  test('lets nobody in as long as it is missing, and is read once it is there', async () => {
    const file = path.join(dir, 'late.properties')
    const filter = await open(section(file))
    expect(logged).toEqual(['Error loading credentials file'])
    expect(await filter(request(basic('ann:late-secret')))).toEqual(refused)
    await writeFile(file, 'ann=late-secret')
    expect(await filter(request(basic('ann:late-secret')))).toBeUndefined()
  })

  test('may be one of several, any of which suffices', async () => {
    const one = await write('one.properties', 'ann=first-secret')
    const two = await write('two.properties', 'bob=second-secret')
    const modules = [one, two].map((file) => `${moduleClass} requisite file='${file}' debug=true;`)
    const filter = await open(`/* of us */ KafkaConnect {${modules.join('\n')} };`)
    expect(await filter(request(basic('ann:first-secret')))).toBeUndefined()
    expect(await filter(request(basic('bob:second-secret')))).toBeUndefined()
    expect(await filter(request(basic('bob:first-secret')))).toEqual(refused)
  })
})

describe('the JAAS configuration', () => {
  test.each([
    ['names a module of Java', 'KafkaConnect { com.example.Ldap required; };', 'com.example.Ldap'],
    ['names no file', `KafkaConnect { ${moduleClass} required; };`, 'must be specified'],
    ['is malformed', 'KafkaConnect {\n x required file "a"; };', 'jaas.conf, line 2: found a word'],
  ])('fails the start where it %s', async (_, jaas, message) => {
    await expect(open(jaas)).rejects.toThrow(message)
  })

  test('without a section for us lets nobody in, and the log says so', async () => {
    const filter = await open('KafkaClient { x required; };')
    expect(await filter(request(basic('ann:pass word')))).toEqual(refused)
    expect(logged.join()).toContain('No LoginModules configured for KafkaConnect')
  })

  test.each([
    ['is not there', { KAFKA_OPTS: '-Djava.security.auth.login.config=/nowhere/jaas.conf' }],
    ['is not named', { KAFKA_OPTS: '-Duser.home=/nowhere' }],
  ])('fails the start where it %s', async (_, env) => {
    await expect(open('', env)).rejects.toThrow('Failed to retrieve JAAS configuration')
  })

  test('may be a URL, and lie in the home of the user', async () => {
    const users = await write('home.properties', 'ann=home-secret')
    const file = await write('.java.login.config', section(users))
    for (const option of [
      `-Djava.security.auth.login.config=file://${file}`,
      `-Duser.home=${dir}`,
    ]) {
      const filter = await open('', { KAFKA_OPTS: option })
      expect(await filter(request(basic('ann:home-secret')))).toBeUndefined()
      expect(await filter(request())).toEqual(refused)
    }
  })
})

test('a JAAS file has sections of modules with options, comments and properties', () => {
  const text = `
    // one
    A { one.Module REQUIRED a="x\\"y" b='\${user.name}/z' c=true; two.Module optional; };
    B { };`
  const sections = parseJaasFile(text, 'jaas.conf', new Map([['user.name', 'ann']]))
  const options = new Map([
    ['a', 'x"y'],
    ['b', 'ann/z'],
    ['c', 'true'],
  ])
  expect([...sections]).toEqual([
    [
      'A',
      [
        { className: 'one.Module', options },
        { className: 'two.Module', options: new Map() },
      ],
    ],
    ['B', []],
  ])
})

test.each([
  ['A { m required a="${no.such}"; };', 'there is no system property no.such'],
  ['A { m maybe; };', 'found a word or text, expected one of required'],
  ['A { m required; }', 'found the end of the file, expected ";"'],
  ['A { m required; }; A { };', 'the section A is there twice'],
])('of a JAAS file %s it says what is wrong, and no value', (text, message) => {
  expect(() => parseJaasFile(text, 'jaas.conf', new Map())).toThrow(message)
})

test('system properties are read of all variables that a JVM is told them by, the last one winning', () => {
  const properties = systemProperties({
    KAFKA_OPTS: '-Xmx1g -Da=1 "-Db=two words" -Dc=',
    JAVA_TOOL_OPTIONS: '-Da=0 -Dd=e=f',
  })
  expect(['a', 'b', 'c', 'd'].map((name) => properties.get(name))).toEqual([
    ...['1', 'two words', '', 'e=f'],
  ])
})

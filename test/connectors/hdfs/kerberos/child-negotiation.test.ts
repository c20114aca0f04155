import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRetriable } from '../../../../src/api/index.ts'
import { negotiateInChild } from '../../../../connectors/hdfs/kerberos/child-negotiation.ts'
import type { Negotiation } from '../../../../connectors/hdfs/kerberos/negotiation.ts'
import { root } from '../../../services/paths.ts'

const never = new AbortController().signal
const built = (name: string): URL =>
  pathToFileURL(path.join(root, 'dist', 'connectors', 'hdfs', name))

/** A package `kerberos` whose ticket is all that it was told, and that does what the principal's name says. */
const fakePackage = `
exports.GSS_MECH_OID_SPNEGO = 7
exports.initializeClient = async (service, options) => {
  const [name, text] = options.principal.split('!')
  if (name === 'hang') return new Promise(() => setInterval(() => {}, 1000))
  if (name === 'crash') process.exit(3)
  if (name === 'fail') throw new Error(text + '\\n at somewhere')
  const { KRB5CCNAME, KRB5_CLIENT_KTNAME, NODE_OPTIONS } = process.env
  const told = { service, options, KRB5CCNAME, KRB5_CLIENT_KTNAME, NODE_OPTIONS, pid: process.pid }
  const client = { contextComplete: false }
  client.step = async (challenge) => {
    if (challenge === '') return Buffer.from(JSON.stringify(told)).toString('base64')
    client.contextComplete = challenge === 'good'
    return ''
  }
  return client
}
`

let dir: string

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'sluice-negotiate-'))
  await mkdir(path.join(dir, 'kerberos'))
  await writeFile(path.join(dir, 'kerberos', 'index.js'), fakePackage)
})
afterAll(() => rm(dir, { recursive: true }))

function negotiation(name: string, { modules = dir, timeoutMs = 60_000 } = {}): Negotiation {
  const env = { ...process.env, NODE_PATH: modules, NODE_OPTIONS: '--no-such-option' }
  const negotiate = negotiateInChild(
    { name, keytab: '/keys/a' },
    { entry: built('negotiate.js'), env, timeoutMs },
  )
  return negotiate('nn.example.com')
}

interface Told {
  readonly pid: number
}

function toldBy(token: string): Told {
  return JSON.parse(Buffer.from(token, 'base64').toString()) as Told
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const failureOf = async (
  name: string,
  options?: { readonly modules: string },
): Promise<unknown> => {
  await using begun = negotiation(name, options)
  return await begun.token(never).catch((error: unknown) => error)
}

describe('an exchange', () => {
  test('has a process of its own, whose environment holds keytab and tickets', async () => {
    const pids: number[] = []
    {
      await using begun = negotiation('connect/host@A')
      const told = toldBy(await begun.token(never))
      const { pid } = told
      pids.push(pid)
      expect(pid).not.toBe(process.pid)
      expect(told).toEqual({
        ...{ pid, service: 'HTTP@nn.example.com', KRB5CCNAME: 'MEMORY:sluice' },
        ...{ options: { mechOID: 7, principal: 'connect/host@A' } },
        KRB5_CLIENT_KTNAME: 'FILE:/keys/a',
      })
      await begun.verify('good', never)
    }
    expect(pids.map(isRunning)).toEqual([false])
  })

  test('fails where the server is not who it should be', async () => {
    await using begun = negotiation('a@A')
    await begun.token(never)
    const error = await begun.verify('bad', never).catch((each: unknown) => each)
    expect(String(error)).toContain('HTTP@nn.example.com does not prove who it is')
    expect(isRetriable(error)).toBe(false)
  })

  test('says which package is missing', async () => {
    const error = await failureOf('a@A', { modules: path.join(dir, 'none') })
    expect(String(error)).toContain('npm install kerberos@7')
    expect(isRetriable(error)).toBe(false)
  })

  // The words of MIT Kerberos 1.20, beside a KDC.
  test.each([
    ["Can't find client principal a@A in cache collection", 'whose key is in the file of'],
    ["Client 'a@A' not found in Kerberos database", 'does not know the principal'],
    ['Server HTTP/nn@A not found in Kerberos database', 'must know HTTP of the host'],
    ["Cannot contact any KDC for realm 'A'", 'krb5.conf (KRB5_CONFIG)'],
    ['Cannot find KDC for realm "A"', 'krb5.conf (KRB5_CONFIG)'],
    ['Clock skew too great', 'Set the clock'],
    ['Something else', 'Something else'],
  ])('tells what %s asks for', async (message, hint) => {
    const error = await failureOf(`fail!${message}`)
    expect(String(error)).toContain(`no ticket for HTTP@nn.example.com: ${message}`)
    expect(String(error)).toContain(hint)
    expect(String(error)).not.toContain('at somewhere')
    expect(isRetriable(error)).toBe(true)
  })

  test('fails with the process', async () => {
    expect(String(await failureOf('crash'))).toContain('the process that asks it ended with code 3')
  })

  test('fails where Kerberos does not answer in time', async () => {
    await using begun = negotiation('hang', { timeoutMs: 50 })
    await expect(begun.token(never)).rejects.toThrow('no answer within 0.05 s')
  })

  test('ends with the signal', async () => {
    await using begun = negotiation('hang')
    const stop = new AbortController()
    const token = begun.token(stop.signal)
    stop.abort(new Error('enough'))
    await expect(token).rejects.toThrow('enough')
    await expect(begun.token(stop.signal)).rejects.toThrow('enough')
  })
})

test('a task that was built finds the module of the process', async () => {
  const bundle = (await import(built('index.js').href)) as {
    readonly HdfsSinkConnector: new () => {
      taskClass(): new () => {
        start(props: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>
        stop(): Promise<void>
      }
    }
  }
  const server = createServer((_request, response) => response.writeHead(401).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const keytab = path.join(dir, 'keytab')
  await writeFile(keytab, '')
  const Task = new bundle.HdfsSinkConnector().taskClass()
  const task = new Task()
  try {
    const props = {
      ...{ name: 'a', topics: 'a', 'flush.size': '1', 'hdfs.url': 'hdfs://localhost:1' },
      ...{ 'hdfs.authentication.kerberos': 'true', 'connect.hdfs.keytab': keytab },
      ...{ 'connect.hdfs.principal': 'nobody@NOWHERE.TEST' },
      'webhdfs.url': `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    }
    // Whether the package is there is the machine's.
    const started = task.start(props, never)
    await expect(started).rejects.toThrow(/needs the package kerberos|no ticket for HTTP@127/)
  } finally {
    await task.stop()
    server.close()
  }
})

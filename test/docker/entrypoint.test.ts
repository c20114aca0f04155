import { spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const docker = fileURLToPath(new URL('../../docker', import.meta.url))

/** An image's folder, with a command that tells how it was called in place of the worker. */
let image: string

beforeAll(async () => {
  image = await mkdtemp(path.join(tmpdir(), 'sluice-image-'))
  await cp(docker, path.join(image, 'docker'), { recursive: true })
  await mkdir(path.join(image, 'bin'))
  const command = path.join(image, 'bin', 'connect-standalone')
  await writeFile(command, '#!/bin/sh\necho "$@"\n[ "$1" = /dev/fd/3 ] && cat "$1"\nexit 7\n')
  await chmod(command, 0o755)
  await writeFile(path.join(image, 'worker.properties'), 'bootstrap.servers=file:1\nlisteners=l')
})

afterAll(async () => {
  await rm(image, { recursive: true, force: true })
})

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function enter(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<Outcome> {
  const script = path.join(image, 'docker', 'entrypoint.sh')
  return outcomeOf('sh', [script, ...args], environment)
}

async function outcomeOf(
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<Outcome> {
  const env = { PATH: process.env.PATH ?? '', ...environment }
  const child = spawn(command, args, { cwd: image, env })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  return { code, stdout, stderr }
}

describe('the entry point of the image', () => {
  test('hands the worker its file with the environment over it, and everything else as it came', async () => {
    const value = 'a $(b) `c` "d" \\e'
    const { code, stdout } = await enter(['worker.properties', 'a b.json', '-x'], {
      CONNECT_BOOTSTRAP_SERVERS: 'broker:9092',
      CONNECT_SASL_JAAS_CONFIG: value,
    })
    expect(stdout.split('\n')).toEqual([
      '/dev/fd/3 a b.json -x',
      'bootstrap.servers=file:1',
      'listeners=l',
      '',
      'bootstrap.servers=broker:9092',
      'sasl.jaas.config=a $(b) `c` "d" \\\\e',
      '',
    ])
    expect(code).toBe(7)
  })

  test('leaves word of the file for the health check', async () => {
    const command = path.join(image, 'bin', 'connect-standalone')
    const before = await readFile(command, 'utf8')
    await writeFile(command, '#!/bin/sh\necho "$SLUICE_WORKER_FILE"\n')
    const { stdout } = await enter(['worker.properties'], {})
    await writeFile(command, before)
    expect(stdout).toBe(`${await realpath(path.join(image, 'worker.properties'))}\n`)
  })

  test('hands on more than a pipe holds', async () => {
    const { stdout } = await enter(['worker.properties'], { CONNECT_X: 'y'.repeat(100_000) })
    expect(stdout).toContain(`x=${'y'.repeat(100_000)}\n`)
  })

  test('runs a worker of a cluster where that is its first argument', async () => {
    const command = path.join(image, 'bin', 'connect-distributed')
    await writeFile(command, '#!/bin/sh\necho "cluster $@"\ncat "$1"\n')
    await chmod(command, 0o755)
    const asked = ['connect-distributed', 'worker.properties']
    const { stdout } = await enter(asked, { CONNECT_GROUP_ID: 'g' })
    expect(stdout.split('\n')).toEqual([
      'cluster /dev/fd/3',
      'bootstrap.servers=file:1',
      'listeners=l',
      '',
      'group.id=g',
      '',
    ])
    expect((await enter(['connect-distributed'], {})).stdout).toBe('cluster \n')
    expect((await enter(['connect-standalone', '--help'], {})).stdout).toBe('--help\n')
  })

  test('leaves it to the command to explain itself', async () => {
    expect((await enter(['--help'], {})).stdout).toBe('--help\n')
    expect((await enter([], {})).stdout).toBe('\n')
  })

  test('fails where the file is missing', async () => {
    const { code, stderr, stdout } = await enter(['no.properties'], {})
    expect(code).not.toBe(0)
    expect(stderr).toContain('no.properties')
    expect(stdout).toBe('')
  })
})

describe('the health check of the image', () => {
  async function check(listeners: string): Promise<[number | null, string]> {
    return checkWith({ CONNECT_LISTENERS: listeners })
  }

  async function checkWith(environment: Record<string, string>): Promise<[number | null, string]> {
    const script = path.join(docker, 'health.mjs')
    const { code, stderr } = await outcomeOf(process.execPath, [script], environment)
    return [code, stderr]
  }

  test.each([
    [200, 0, ''],
    [500, 1, 'GET /health answered 500.\n'],
    [503, 1, 'GET /health answered 503.\n'],
  ])('of a worker that answers %i ends with %i', async (status, code, reason) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/health' ? status : 404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await check(`http://0.0.0.0:${port},http://x:1`)).toEqual([code, reason])
    server.close()
  })

  test('shows who it is where the worker asks, by the environment or by files', async () => {
    const shown: (string | undefined)[] = []
    const server = createServer((request, response) => {
      shown.push(request.headers.authorization)
      response.writeHead(shown.at(-1) === basic('ann:pass word') ? 200 : 401).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const asked = { CONNECT_LISTENERS: `http://127.0.0.1:${port}` }
    const [user, password] = [path.join(image, 'user'), path.join(image, 'password')]
    await writeFile(user, 'ann\n')
    await writeFile(password, 'pass word\r\nand more')
    const own = { HEALTH_USER: 'ann', HEALTH_PASSWORD: 'pass word' }
    const inFiles = { HEALTH_USER_FILE: user, HEALTH_PASSWORD_FILE: password }
    expect(await checkWith({ ...asked, ...own })).toEqual([0, ''])
    expect(await checkWith({ ...asked, ...inFiles })).toEqual([0, ''])
    expect(await checkWith({ ...asked, ...inFiles, HEALTH_PASSWORD: 'wrong' })).toEqual([
      1,
      'GET /health answered 401. Set HEALTH_USER and HEALTH_PASSWORD, or HEALTH_USER_FILE and HEALTH_PASSWORD_FILE.\n',
    ])
    expect((await checkWith(asked))[0]).toBe(1)
    const lost = { ...inFiles, HEALTH_USER_FILE: path.join(image, 'no-such') }
    expect((await checkWith({ ...asked, ...lost }))[1]).toContain('Cannot read HEALTH_USER_FILE')
    expect(shown).toEqual([
      basic('ann:pass word'),
      basic('ann:pass word'),
      basic('ann:wrong'),
      undefined,
    ])
    server.close()
  })

  test('asks where the worker’s file says, unless the environment says otherwise', async () => {
    const file = path.join(image, 'listens.properties')
    await writeFile(file, 'listeners = http\\://localhost\\:1\n')
    const environment = { SLUICE_WORKER_FILE: file }
    const [code, reason] = await checkWith(environment)
    expect(code).toBe(1)
    expect(reason).toMatch(/ECONNREFUSED.*:1\b/)
    expect(await checkWith({ ...environment, CONNECT_LISTENERS: 'env' })).toEqual([
      1,
      'Cannot tell a port from the listener env.\n',
    ])
  })

  test('fails where nobody listens', async () => {
    const [code, reason] = await check('http://localhost:1')
    expect(code).toBe(1)
    expect(reason).toContain('ECONNREFUSED')
  })

  test('fails where the listener names no port', async () => {
    expect(await check('nonsense')).toEqual([1, 'Cannot tell a port from the listener nonsense.\n'])
  })
})

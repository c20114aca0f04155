import { spawnSync } from 'node:child_process'
import { cp, readFile, symlink } from 'node:fs/promises'
import path from 'node:path'
import { expect, inject, test } from 'vitest'
import { isHealthy } from '../services/kafka/java-connect.ts'
import { root } from '../services/paths.ts'
import { freePort } from '../services/ports.ts'
import { scratchDir, stringConverters } from '../support/sluice.ts'
import { waitFor } from '../support/wait-for.ts'

const command = path.join(root, 'bin', 'connect-standalone')

test('the command works from a link, as npm makes one', async () => {
  await using dir = await scratchDir()
  await symlink(command, dir.file('linked'))
  const { status, stdout } = spawnSync(dir.file('linked'), [], { encoding: 'utf8' })
  expect(stdout).toContain('Usage: ConnectStandalone')
  expect(status).toBe(1)
})

test('where nothing is built or can be, it says what to do and ends with code 2', async () => {
  await using dir = await scratchDir()
  await cp(path.join(root, 'bin'), dir.file('bin'), { recursive: true })
  const { status, stderr } = spawnSync(dir.file('bin/connect-standalone.sh'), [], {
    encoding: 'utf8',
  })
  expect(stderr).toMatch(/dist is missing\. Run 'npm ci && npm run build'/)
  expect(status).toBe(2)
})

test('-daemon leaves the worker running behind and its log in LOG_DIR', async () => {
  await using dir = await scratchDir()
  const port = await freePort()
  const workerFile = await dir.properties('worker.properties', {
    ...stringConverters,
    'bootstrap.servers': inject('bootstrapServers'),
    'offset.storage.file.filename': dir.file('offsets'),
    listeners: `http://127.0.0.1:${port}`,
  })
  const { status } = spawnSync(command, ['-daemon', workerFile], {
    env: { ...process.env, LOG_DIR: dir.file('logs') },
    stdio: 'ignore',
  })
  expect(status).toBe(0)
  const pid = await waitFor('the worker is there', () => pidOf(workerFile))
  try {
    await waitFor('the worker is healthy', () => isHealthy(`http://127.0.0.1:${port}`))
    const log = await readFile(dir.file('logs/connectStandalone.out'), 'utf8')
    expect(log).toContain('Kafka Connect started')
  } finally {
    process.kill(pid, 'SIGTERM')
  }
  await waitFor('the worker is gone', () => pidOf(workerFile) === undefined)
})

/** The process that was given `workerFile`, which no other is. */
function pidOf(workerFile: string): number | undefined {
  const { stdout } = spawnSync('pgrep', ['-f', `connect-standalone.js ${workerFile}`], {
    encoding: 'utf8',
  })
  return stdout === '' ? undefined : Number(stdout.split('\n')[0])
}

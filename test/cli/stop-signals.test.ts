import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import { listenForStop } from '../../src/cli/stop-signals.ts'

test('the first signal asks for a stop, the second forces it, and then nobody listens', async () => {
  const forced: number[] = []
  const before = process.listenerCount('SIGHUP')
  {
    using stop = listenForStop(({ exitCode }) => forced.push(exitCode), {})
    expect(stop.request).toBeNull()
    expect(stop.abort.aborted).toBe(false)

    process.emit('SIGHUP', 'SIGHUP')

    expect(await stop.requested).toEqual({ signal: 'SIGHUP', exitCode: 129 })
    expect(stop.request).toEqual({ signal: 'SIGHUP', exitCode: 129 })
    expect(stop.abort.aborted).toBe(true)
    expect(forced).toEqual([])

    process.emit('SIGHUP', 'SIGHUP')

    expect(forced).toEqual([129])
  }
  expect(process.listenerCount('SIGHUP')).toBe(before)
})

const commands = new URL('../../bin', import.meta.url)
const module = new URL('../../src/cli/stop-signals.ts', import.meta.url)

/** The command that starts the worker, with a program behind it that only listens for signals. */
async function listeningCommand(): Promise<AsyncDisposable & { readonly file: string }> {
  const root = await mkdtemp(path.join(tmpdir(), 'sluice-signals-'))
  await mkdir(path.join(root, 'dist'))
  const file = path.join(root, 'bin', 'connect-standalone')
  await cp(commands, path.join(root, 'bin'), { recursive: true })
  const { code } = await transform(await readFile(module, 'utf8'), { loader: 'ts' })
  const program = `${code}
    setInterval(() => undefined, 1000)
    listenForStop(() => undefined).requested.then(({ exitCode }) => process.exit(exitCode))
    console.log('listening')`
  await writeFile(path.join(root, 'package.json'), '{"type": "module"}')
  await writeFile(path.join(root, 'dist', 'connect-standalone.js'), program)
  return { file, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

async function exitCodeAfter(signals: readonly NodeJS.Signals[], before = ''): Promise<unknown> {
  await using listening = await listeningCommand()
  const child = spawn('sh', ['-c', `${before} exec "$0"`, listening.file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  for (const signal of signals) {
    child.kill(signal)
    await delay(100)
  }
  const [code] = (await exited) as [unknown]
  return code
}

test('under nohup the worker goes on after SIGHUP, and stops at SIGTERM', async () => {
  expect(await exitCodeAfter(['SIGHUP', 'SIGTERM'], "trap '' HUP;")).toBe(143)
})

test('without nohup it stops at SIGHUP', async () => {
  expect(await exitCodeAfter(['SIGHUP'])).toBe(129)
})

import { rename } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { TailedFile } from '../../../connectors/file/tailed-file.ts'
import { watchFile } from '../../../connectors/file/watch-file.ts'
import type { WatchFile } from '../../../connectors/file/watch-file.ts'
import { createLogger } from '../../../src/api/index.ts'
import type { Logger } from '../../../src/api/index.ts'
import { temporaryFolder } from './support.ts'

/** Reads and waits in turn until `count` lines have come. */
async function readLines(tail: TailedFile, count: number): Promise<string[]> {
  const lines: string[] = []
  const { signal } = new AbortController()
  while (lines.length < count) {
    const outcome = await tail.read()
    while (tail.lines.next()) lines.push(tail.lines.text())
    if (outcome === 'ended') tail.lines.restart(0)
    if (outcome === 'nothing' && lines.length < count) await tail.wait(signal)
  }
  return lines
}

function recordingLogger(): Logger & { readonly warnings: string[] } {
  const warnings: string[] = []
  return { ...createLogger('test'), warn: (message) => warnings.push(message), warnings }
}

const hour = 3_600_000

describe('a tailed file', () => {
  test('is read at once when it changes, without waiting for the next look', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'first\n')
    const tail = new TailedFile({
      file,
      position: 0,
      maxLineBytes: 1024,
      log: createLogger('test'),
      watchFile,
      pollMs: hour,
    })
    expect(await readLines(tail, 1)).toEqual(['first'])
    for (const line of ['second', 'third', 'fourth']) {
      const reading = readLines(tail, 1)
      await delay(30)
      await folder.append('in.txt', `${line}\n`)
      expect(await reading).toEqual([line])
    }
    await tail.close()
  })

  test('is found at once when it comes to be', async () => {
    await using folder = await temporaryFolder()
    const file = folder.file('later.txt')
    const log = recordingLogger()
    const tail = new TailedFile({
      file,
      position: 0,
      maxLineBytes: 1024,
      log,
      watchFile,
      pollMs: hour,
    })
    const reading = readLines(tail, 1)
    await delay(200)
    await folder.write('later.txt', 'here\n')
    expect(await reading).toEqual(['here'])
    expect(log.warnings).toHaveLength(1)
    await tail.close()
  })

  test.each<[string, WatchFile]>([
    ['cannot begin', () => Promise.reject(new Error('ENOSPC: no more watches'))],
    [
      'breaks down',
      (_file, _onChange, onError) => {
        onError(new Error('EMFILE: too many open files'))
        return Promise.resolve(() => Promise.resolve())
      },
    ],
  ])('is looked at regularly where watching %s', async (_case, brokenWatch) => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'first\n')
    const log = recordingLogger()
    const options = { file, position: 0, maxLineBytes: 1024, log, pollMs: 20 }
    const tail = new TailedFile({ ...options, watchFile: brokenWatch })
    expect(await readLines(tail, 1)).toEqual(['first'])
    const reading = readLines(tail, 2)
    await delay(50)
    await folder.append('in.txt', 'second\n')
    await delay(50)
    await rename(file, folder.file('in.txt.1'))
    await folder.write('in.txt', 'third\n')
    expect(await reading).toEqual(['second', 'third'])
    expect(log.warnings).toEqual([
      `Cannot watch ${file} for changes; it is looked at every 20 ms instead.`,
    ])
    await tail.close()
  })

  test('loses no file of a rotation that overtakes the reading', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('app.log', 'x'.repeat(99).concat('\n').repeat(20_000))
    const log = recordingLogger()
    const options = { file, position: 0, maxLineBytes: 1024, log, watchFile, pollMs: 1 }
    const tail = new TailedFile(options)
    const lines: string[] = []
    // Each look falls into the reading of the first file, long before its end.
    for (const generation of ['second', 'third', 'fourth']) {
      await tail.read()
      while (tail.lines.next()) lines.push(tail.lines.text())
      await rename(file, folder.file('app.log.old'))
      await folder.write('app.log', `${generation}\n`)
      await delay(5)
    }
    lines.push(...(await readLines(tail, 20_003 - lines.length)))
    expect(lines).toHaveLength(20_003)
    expect(lines.slice(-3)).toEqual(['second', 'third', 'fourth'])
    await tail.close()
  })
})

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from './support.ts'

const host = fileURLToPath(new URL('stdio-host.mjs', import.meta.url))

function launch(role: 'source' | 'sink', count: number, stdin: 'pipe' | number): ChildProcess {
  const args = [host, role, String(count)]
  return spawn(process.execPath, args, { stdio: [stdin, 'pipe', 'inherit'] })
}

async function output(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no pipe')
  return text(child.stdout)
}

const stdinPartition = { filename: null }
const noPosition = { position: null }

describe('the file source on standard input', () => {
  test('sends lines as they come, and does not hold back the end of the process', async () => {
    const child = launch('source', 3, 'pipe')
    const printed = output(child)
    child.stdin?.write('one\ntwo żó')
    await delay(50)
    child.stdin?.write('łć\r\nthree\nnever as')
    // Standard input stays open: the process ends all the same.
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).toBe(0)
    const lines = JSON.parse(await printed) as unknown[][]
    expect(lines.map(([line]) => line)).toEqual(['one', 'two żółć', 'three'])
    expect(lines[0]?.slice(1)).toEqual([stdinPartition, noPosition])
    child.stdin?.destroy()
  })

  test('reads a file that standard input is redirected from', async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('in.txt', 'one\ntwo\n')
    await using handle = await open(file, 'r')
    const child = launch('source', 1, handle.fd)
    const lines = JSON.parse(await output(child)) as unknown[][]
    expect(lines).toEqual([['one', stdinPartition, noPosition]])
  })
})

describe('the file sink on standard output', () => {
  test('loses nothing when it stops, however slowly it is read', async () => {
    const child = launch('sink', 100_000, 'pipe')
    await delay(300)
    const lines = (await output(child)).split('\n')
    expect(lines).toHaveLength(100_001)
    expect(lines.every((line, index) => index === 100_000 || line === `line ${index}`)).toBe(true)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineWriter } from '../../../connectors/file/line-writer.ts'
import type { Output } from '../../../connectors/file/output.ts'

/** An output that takes as long as it is told and keeps what it got. */
class SlowOutput implements Output {
  readonly events: string[] = []
  text = ''
  failWith: Error | null = null
  #release: (() => void)[] = []
  held = false

  async write(bytes: Buffer, length: number): Promise<void> {
    const written = bytes.toString('utf8', 0, length)
    if (this.held) await new Promise<void>((resolve) => this.#release.push(resolve))
    if (this.failWith !== null) throw this.failWith
    this.text += written
    this.events.push(`write ${length}`)
  }

  release(): void {
    this.held = false
    for (const resolve of this.#release.splice(0)) resolve()
  }

  sync(): Promise<void> {
    this.events.push('sync')
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.events.push('close')
    return Promise.resolve()
  }
}

describe('LineWriter', () => {
  test('writes every line in order, whatever their lengths and wherever it flushes', async () => {
    const line = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.integer({ min: 300_000, max: 1_200_000 }).map((length) => 'ü'.repeat(length)),
    )
    const step = fc.oneof(
      { weight: 4, arbitrary: line },
      { weight: 1, arbitrary: fc.constant(null) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const output = new SlowOutput()
        const writer = new LineWriter(output)
        let expected = ''
        for (const line of steps) {
          if (line === null) {
            await writer.flush()
            expect(output.text === expected).toBe(true)
            continue
          }
          expected += `${line}\n`
          if (!writer.append(line)) {
            await writer.makeRoom()
            if (!writer.append(line)) await writer.writeLong(line)
          }
          writer.pushOut()
        }
        await writer.close()
        expect(output.text === expected).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('syncs only after everything was written, and only where something was', async () => {
    const output = new SlowOutput()
    output.held = true
    const writer = new LineWriter(output)
    writer.append('one')
    writer.pushOut()
    writer.append('two')
    const flushed = writer.flush()
    output.release()
    await flushed
    await writer.flush()
    expect(output.events).toEqual(['write 4', 'write 4', 'sync'])
  })

  test('gathers what comes during a write into the next one', async () => {
    const output = new SlowOutput()
    output.held = true
    const writer = new LineWriter(output)
    for (const line of ['a', 'b', 'c', 'd']) {
      writer.append(line)
      writer.pushOut()
    }
    output.release()
    await writer.flush()
    expect(output.events).toEqual(['write 2', 'write 6', 'sync'])
  })

  test('waits while both buffers are full', async () => {
    const output = new SlowOutput()
    output.held = true
    const writer = new LineWriter(output)
    const line = 'x'.repeat(300_000)
    expect(writer.append(line)).toBe(true)
    writer.pushOut()
    expect(writer.append(line)).toBe(true)
    expect(writer.append(line)).toBe(false)
    let roomy = false
    const room = writer.makeRoom().then(() => (roomy = true))
    await Promise.resolve()
    expect(roomy).toBe(false)
    output.release()
    await room
    expect(writer.append(line)).toBe(true)
  })

  test('throws the first error at every later call and still closes', async () => {
    const output = new SlowOutput()
    output.failWith = new Error('disk full')
    const writer = new LineWriter(output)
    writer.append('one')
    writer.pushOut()
    await expect(writer.flush()).rejects.toThrow('disk full')
    output.failWith = null
    writer.append('two')
    expect(() => {
      writer.pushOut()
    }).toThrow('disk full')
    await expect(writer.flush()).rejects.toThrow('disk full')
    await writer.close()
    expect(output.text).toBe('')
    expect(output.events).toEqual(['close'])
  })
})

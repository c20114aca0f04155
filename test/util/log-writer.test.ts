import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { LogWriter } from '../../src/util/log-writer.ts'
import { formatEntry } from '../../src/util/logger.ts'
import { waitFor } from '../support/wait-for.ts'

/** Takes nothing until it is told to. */
class Pipe extends Writable {
  text = ''
  #open = false
  #waiting: (() => void) | null = null

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = (): void => {
      this.text += chunk.toString()
      done()
    }
    if (this.#open) take()
    else this.#waiting = take
  }

  read(): void {
    this.#open = true
    this.#waiting?.()
  }
}

const entry = (message: string) =>
  ({ timestamp: 0, level: 'INFO', logger: 'a', context: '', message }) as const

test('what nobody reads takes up no more than the bound, and how much was dropped is said', async () => {
  const pipe = new Pipe({ highWaterMark: 10 })
  const writer = new LogWriter(pipe, formatEntry, 10_000)
  for (let i = 0; i < 10_000; i++) writer.write(entry(`line ${i}`))
  expect(pipe.writableLength).toBeLessThan(10_200)
  pipe.read()
  await writer.flush(5000)
  await waitFor('the count of dropped lines', () =>
    pipe.text.includes('lines of the log were dropped'),
  )
  const written = pipe.text.match(/line \d+/g)?.length ?? 0
  const [, dropped] = /(\d+) lines of the log were dropped/.exec(pipe.text) ?? []
  expect(written).toBeGreaterThan(100)
  expect(written + Number(dropped)).toBe(10_000)
})

test('a flush waits for a slow reader, and not for one that is not there', async () => {
  const pipe = new Pipe({ highWaterMark: 10 })
  const writer = new LogWriter(pipe, formatEntry)
  writer.write(entry('last words'))
  await writer.flush(50)
  expect([pipe.text, writer.pending]).toEqual(['', true])
  setTimeout(() => pipe.read(), 30)
  await writer.flush(5000)
  expect(pipe.text).toContain('last words')
  expect(writer.pending).toBe(false)
})

test('a line that is longer than the bound is cut', () => {
  const pipe = new Pipe()
  pipe.read()
  new LogWriter(pipe, formatEntry, 5000).write(entry('x'.repeat(100_000)))
  expect(pipe.text.length).toBeLessThan(2000)
  expect(pipe.text).toContain('cut: 1000')
})

test('a stream that fails loses lines and nothing else', async () => {
  const failing = new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => done(new Error('EPIPE')),
  })
  const writer = new LogWriter(failing, formatEntry)
  writer.write(entry('a'))
  writer.write(entry('b'))
  await writer.flush(1000)
  expect(failing.writableLength).toBeLessThan(1000)
})

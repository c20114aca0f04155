import { open, readFile, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { expect } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import type { KafkaClient } from '../support/kafka-client.ts'
import type { ScratchDir } from '../support/sluice.ts'
import { waitFor } from '../support/wait-for.ts'

/** A line comes so often, and so often the output is looked at. */
const everyMs = 10
/** Newline included; the same for all, so that a position in the file is a number of lines. */
const lineBytes = 24

/** Names of a healthy pipeline's parts. */
interface PipelineNames {
  readonly source: string
  readonly sink: string
  readonly topic: string
  /** The topic that the worker keeps offsets of sources in. */
  readonly offsetsTopic: string
}

/**
 * A file source and a file sink over one topic, with a line of its own about every ten milliseconds, from `start` to
 * its end; and how long nothing came out at the other end.
 */
export class HealthyPipeline implements AsyncDisposable {
  readonly names: PipelineNames
  readonly connectorFiles: readonly string[]
  readonly #kafka: KafkaClient
  readonly #output: string
  readonly #input: FileHandle
  readonly #stopped = new AbortController()
  readonly #loops: readonly Promise<void>[]
  #lines = 0
  #outputBytes = 0
  #grewAt = performance.now()
  #pauseMs = 0

  private constructor(options: {
    readonly names: PipelineNames
    readonly connectorFiles: readonly string[]
    readonly kafka: KafkaClient
    readonly output: string
    readonly input: FileHandle
  }) {
    this.names = options.names
    this.connectorFiles = options.connectorFiles
    this.#kafka = options.kafka
    this.#output = options.output
    this.#input = options.input
    this.#loops = [this.#write(), this.#watch()]
  }

  /** Lines come from now on; give `connectorFiles` to a worker. */
  static async start(
    dir: ScratchDir,
    kafka: KafkaClient,
    prefix: string,
  ): Promise<HealthyPipeline> {
    const [file, output] = [dir.file('healthy-in.txt'), dir.file('healthy-out.txt')]
    const names = {
      // Also the names of groups, which the tests that run at the same time have on the same broker.
      ...{ source: `${prefix}healthy-source`, sink: `${prefix}healthy-sink` },
      topic: `${prefix}healthy`,
      offsetsTopic: `${prefix}offsets`,
    }
    await kafka.createTopic(names.topic)
    const connectorFiles = [
      await dir.properties('healthy-source.properties', {
        ...{ name: names.source, 'connector.class': 'FileStreamSource', file },
        topic: names.topic,
      }),
      await dir.properties('healthy-sink.properties', {
        ...{ name: names.sink, 'connector.class': 'FileStreamSink', file: output },
        topics: names.topic,
      }),
    ]
    const input = await open(file, 'a')
    return new HealthyPipeline({ names, connectorFiles, kafka, output, input })
  }

  /** Waits until what has been written by now has come out. */
  async caughtUp(): Promise<void> {
    const line = this.#lines - 1
    await waitFor(
      `line ${line} of the healthy pipeline`,
      async () => lastLine(await readTail(this.#output)) >= line,
    )
  }

  /** The longest time without a new line since the last call of this, in ms. */
  takePause(): number {
    const pause = Math.max(this.#pauseMs, performance.now() - this.#grewAt)
    this.#pauseMs = 0
    return pause
  }

  /**
   * Writes no more, waits for the rest, and fails where a line is missing, out of order, torn, or comes twice without
   * a commit that says why: after a move of the task each end goes on from what it had committed (docs/delivery.md).
   */
  async expectWhole(moves: { readonly source: number; readonly sink: number }): Promise<void> {
    await this.#stop()
    await this.caughtUp()
    const values = await this.#kafka.readValues(this.names.topic)
    const committed = committedLines(await this.#kafka.readValues(this.names.offsetsTopic))
    const back = expectEvery(
      values.map((value) => lineNumber(value ?? '')),
      this.#lines,
    )
    expect(back.filter((line) => line > 0 && !committed.has(line))).toEqual([])
    expect(back.length).toBeLessThanOrEqual(moves.source)

    // What the sink repeats is what lies in the topic, twice where the source has sent it twice.
    const text = await readFile(this.#output, 'utf8')
    expect(text.endsWith('\n')).toBe(true)
    const lines = text.slice(0, -1).split('\n')
    const whole = lines.filter((line) => line.length === lineBytes - 1)
    for (const line of lines) expect(lineOf(0).length >= line.length, line).toBe(true)
    expect(lines.length - whole.length).toBeLessThanOrEqual(moves.sink)
    const sinkBack = expectEvery(whole.map(lineNumber), this.#lines)
    // A run that begins before a place where the source stepped back meets that again: such steps are not its own.
    const own = sinkBack.filter((line) => !back.includes(line))
    expect(own.length).toBeLessThanOrEqual(moves.sink)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
    await this.#input.close()
  }

  async #stop(): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#loops)
  }

  async #write(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#input.write(`${lineOf(this.#lines)}\n`)
      this.#lines++
      await delay(everyMs, signal).catch(() => undefined)
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const { size } = await stat(this.#output).catch(() => ({ size: 0 }))
      const now = performance.now()
      if (size > this.#outputBytes) {
        this.#pauseMs = Math.max(this.#pauseMs, now - this.#grewAt)
        this.#grewAt = now
        this.#outputBytes = size
      }
      await delay(everyMs, signal).catch(() => undefined)
    }
  }
}

/** Every number up to `count` in order; answers with the numbers that a step back led to. */
function expectEvery(numbers: readonly number[], count: number): readonly number[] {
  const back: number[] = []
  let expected = 0
  for (const number of numbers) {
    if (number > expected) throw new Error(`Line ${expected} is missing: after it came ${number}.`)
    if (number < expected) back.push(number)
    expected = number + 1
  }
  expect(expected).toBe(count)
  return back
}

function lineOf(number: number): string {
  const digits = String(number).padStart(9, '0')
  return `${digits} ${'abcdefghij'.repeat(2)}`.slice(0, lineBytes - 1)
}

function lineNumber(line: string): number {
  const number = Number(line.slice(0, 9))
  expect(line).toBe(lineOf(number))
  return number
}

/** -1 where no line has come out yet. */
function lastLine(tail: string): number {
  const line = tail.slice(0, tail.lastIndexOf('\n')).split('\n').at(-1) ?? ''
  return line.length === lineBytes - 1 ? Number(line.slice(0, 9)) : -1
}

async function readTail(file: string): Promise<string> {
  const handle = await open(file).catch(() => null)
  if (handle === null) return ''
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, lineBytes * 8)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString()
  } finally {
    await handle.close()
  }
}

/** How many lines each commit of the source covered. */
function committedLines(values: readonly (string | null)[]): ReadonlySet<number> {
  const positions = values.map((value) => Number(/"position":(\d+)/.exec(value ?? '')?.[1] ?? 0))
  return new Set(positions.map((position) => position / lineBytes))
}

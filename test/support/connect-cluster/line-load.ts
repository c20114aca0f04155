import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { delay } from '../../../src/util/abort.ts'
import type { ScratchDir } from '../sluice.ts'

/** Newline included; all are as long, so that a position in the file is a number of lines. */
export const lineBytes = 32

export function lineOf(number: number): string {
  return `${String(number).padStart(9, '0')} ${'abcdefghij'.repeat(3)}`.slice(0, lineBytes - 1)
}

const wholeLine = new RegExp(`\\d{9}${lineOf(0).slice(9)}`, 'g')

/** The number of a line; throws where it is none. */
export function lineNumber(line: string | null): number {
  const number = Number(line?.slice(0, 9))
  if (line !== lineOf(number)) throw new Error(`No line of the load: ${line}`)
  return number
}

export interface LoadOptions {
  readonly dir: ScratchDir
  /** Before the names of connectors and topics. */
  readonly prefix: string
  /** Files that grow, each read by a source into a topic of its own. */
  readonly files: number
  readonly linesEach: number
  readonly everyMs: number
}

/** Files that grow, and the connectors that carry their lines to topics and on to other files. */
export class LineLoad implements AsyncDisposable {
  readonly sources: readonly string[]
  readonly sinks: readonly string[]
  readonly #options: LoadOptions
  readonly #stopped = new AbortController()
  #count = 0
  #done: Promise<void> = Promise.resolve()

  constructor(options: LoadOptions) {
    this.#options = options
    const numbers = Array.from({ length: options.files }, (_, n) => n)
    this.sources = numbers.map((n) => `${options.prefix}source-${n}`)
    this.sinks = numbers.map((n) => `${options.prefix}sink-${n}`)
  }

  get topics(): readonly string[] {
    return this.sources.map((_, n) => this.#topic(n))
  }

  /** So many lines are in each file. */
  get count(): number {
    return this.#count
  }

  /** By name the configurations of all its connectors. */
  configs(): Map<string, Record<string, string>> {
    const configs = new Map<string, Record<string, string>>()
    for (const [n, name] of this.sources.entries())
      configs.set(name, {
        'connector.class': 'FileStreamSource',
        'tasks.max': '1',
        // Java leaves what is beyond a batch where it is until the file grows again.
        'batch.size': '100000',
        file: this.#file('in', n),
        topic: this.#topic(n),
      })
    for (const [n, name] of this.sinks.entries())
      configs.set(name, {
        'connector.class': 'FileStreamSink',
        'tasks.max': '1',
        file: this.#file('out', n),
        topics: this.#topic(n),
        'consumer.override.session.timeout.ms': '6000',
        'consumer.override.heartbeat.interval.ms': '500',
      })
    return configs
  }

  async prepare(): Promise<void> {
    for (const n of this.sources.keys()) {
      await writeFile(this.#file('in', n), '')
      await writeFile(this.#file('out', n), '')
    }
  }

  start(): void {
    this.#done = this.#run()
  }

  /** Lets the files rest, so that what is left in them arrives. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#done
  }

  /** Numbers of the whole lines that a sink has written; behind one that a kill tore, Java goes on in the same line. */
  async sinkLines(n: number): Promise<number[]> {
    const text = await readFile(this.#file('out', n), 'utf8')
    return Array.from(text.matchAll(wholeLine), ([line]) => lineNumber(line))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Appends a few lines to each file. */
  async append(lines: number): Promise<void> {
    const more = Array.from({ length: lines }, (_, n) => `${lineOf(this.#count + n)}\n`).join('')
    this.#count += lines
    await Promise.all(this.sources.map((_, n) => appendFile(this.#file('in', n), more)))
  }

  async #run(): Promise<void> {
    const { linesEach, everyMs } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.append(linesEach)
      await delay(everyMs, signal).catch(() => undefined)
    }
  }

  #topic(n: number): string {
    return `${this.#options.prefix}lines-${n}`
  }

  #file(kind: 'in' | 'out', n: number): string {
    return this.#options.dir.file(`${kind}-${n}.txt`)
  }
}

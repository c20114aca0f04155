import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'

export interface LinePipeOptions {
  /** What it is called where it does not answer. */
  readonly name: string
  readonly answerMs: number
  /** Whether what it prints as an error is shown. */
  readonly showErrors?: boolean
}

/** A process that answers each line of JSON on its standard input with one on its standard output; one question at a time. */
export class LinePipe {
  readonly #options: LinePipeOptions
  readonly #process: ChildProcess
  readonly #lines: Interface
  readonly #answers: AsyncIterator<string>

  constructor(command: string, args: readonly string[], options: LinePipeOptions) {
    this.#options = options
    const errors = options.showErrors === true ? 'inherit' : 'ignore'
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', errors] })
    if (this.#process.stdout === null) throw new Error(`${options.name} has no output.`)
    this.#lines = createInterface({ input: this.#process.stdout })
    this.#answers = this.#lines[Symbol.asyncIterator]()
  }

  /** Rejects where no answer comes in time. */
  async ask(question: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { name, answerMs } = this.#options
    this.#process.stdin?.write(`${JSON.stringify(question)}\n`)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${name} does not answer.`)), answerMs)
    })
    try {
      const answer = await Promise.race([this.#answers.next(), late])
      if (answer.done === true) throw new Error(`${name} has ended.`)
      return JSON.parse(answer.value) as unknown
    } finally {
      clearTimeout(timer)
    }
  }

  [Symbol.dispose](): void {
    this.#lines.close()
    this.#process.kill()
  }
}

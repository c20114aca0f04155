import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { cached, run } from '../services/cache.ts'
import { installKafka } from '../services/kafka/install.ts'
import { root } from '../services/paths.ts'

const answerMs = 30_000

/** Kafka's own classes in one long-lived Java process, a line of JSON a question; one question at a time. */
export class JavaOracle {
  readonly #process: ReturnType<typeof spawn>
  readonly #lines: Interface
  readonly #answers: AsyncIterator<string>

  private constructor(process: ReturnType<typeof spawn>) {
    this.#process = process
    if (process.stdout === null) throw new Error('The oracle has no output.')
    this.#lines = createInterface({ input: process.stdout })
    this.#answers = this.#lines[Symbol.asyncIterator]()
  }

  /**
   * `name` is that of a class in `test/oracle/java`, compiled once against Kafka's jars and those of `moreJars`, which come
   * after Kafka's.
   */
  static async start(name: string, moreJars: readonly string[] = []): Promise<JavaOracle> {
    const kafka = await installKafka()
    const classPath = [kafka.classPath, ...moreJars].join(path.delimiter)
    const sources = path.join(root, 'test', 'oracle', 'java')
    const version = versionOf(sources)
    const classes = await cached(`oracle-${name}-${version}`, async (target) => {
      const source = path.join(sources, `${name}.java`)
      const options = ['-d', target, '-cp', classPath, '-sourcepath', sources]
      await run('javac', [...options, source], 'Cannot compile the oracle')
    })
    const cp = `${classPath}${path.delimiter}${classes}`
    const options = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', cp]
    return new JavaOracle(spawn('java', [...options, name], { stdio: ['pipe', 'pipe', 'ignore'] }))
  }

  /** Rejects where no answer comes in time. */
  async ask(question: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#process.stdin?.write(`${JSON.stringify(question)}\n`)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('The oracle does not answer.')), answerMs)
    })
    try {
      const answer = await Promise.race([this.#answers.next(), late])
      if (answer.done === true) throw new Error('The oracle has ended.')
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

/** Another one for every change of a source, since they use each other. */
function versionOf(sources: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(sources).sort()) {
    hash.update(name).update(readFileSync(path.join(sources, name)))
  }
  return hash.digest('hex').slice(0, 8)
}

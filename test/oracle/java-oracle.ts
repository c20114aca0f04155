import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { cached, run } from '../services/cache.ts'
import { installKafka } from '../services/kafka/install.ts'
import { root } from '../services/paths.ts'
import { LinePipe } from '../support/line-pipe.ts'

export interface JavaOracleOptions {
  /** For the JVM; by default a small heap and quick compilation. */
  readonly flags?: readonly string[]
  readonly answerMs?: number
}

const quickFlags = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** Kafka's own classes in one long-lived Java process, a line of JSON a question; one question at a time. */
export class JavaOracle {
  readonly #pipe: LinePipe

  private constructor(pipe: LinePipe) {
    this.#pipe = pipe
  }

  /**
   * `name` is that of a class in `test/oracle/java`, compiled once against Kafka's jars and those of `moreJars`, which come
   * after Kafka's.
   */
  static async start(
    name: string,
    moreJars: readonly string[] = [],
    { flags = quickFlags, answerMs = 30_000 }: JavaOracleOptions = {},
  ): Promise<JavaOracle> {
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
    const pipe = new LinePipe('java', [...flags, '-cp', cp, name], { name: 'The oracle', answerMs })
    return new JavaOracle(pipe)
  }

  /** Rejects where no answer comes in time. */
  async ask(question: Readonly<Record<string, unknown>>): Promise<unknown> {
    return await this.#pipe.ask(question)
  }

  [Symbol.dispose](): void {
    this.#pipe[Symbol.dispose]()
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

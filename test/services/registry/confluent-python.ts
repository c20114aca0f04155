import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

const version = '2.16.0'
const compiler = 'grpcio-tools==1.85.1'
const answerMs = 60_000

/** Confluent's serializers for Python, by pip, once a machine. */
async function installSerializers(): Promise<string> {
  return cached(`confluent-kafka-python-${version}-all`, async (target) => {
    const options = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
    await run(
      'python3',
      [...options, '--target', target, `confluent-kafka[avro,json,protobuf]==${version}`, compiler],
      'Cannot install confluent-kafka: Python 3 with pip is needed',
    )
  })
}

/** What values are written as. */
type SchemaKind = 'AVRO' | 'JSON'

interface Answer {
  readonly values?: readonly unknown[]
  readonly error?: string
}

/** Writes and reads values as Confluent's own clients do, with the schemas of a registry. */
export class ConfluentPython implements Disposable {
  readonly #process: ChildProcess
  readonly #answers: AsyncIterator<string>

  private constructor(process: ChildProcess) {
    if (process.stdout === null) throw new Error('The serializers have no output.')
    this.#process = process
    this.#answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
  }

  static async start(registryUrl: string): Promise<ConfluentPython> {
    const packages = await installSerializers()
    const script = path.resolve(serviceFile('registry/confluent_serde.py'))
    const env = { ...process.env, PYTHONPATH: packages }
    return new ConfluentPython(
      spawn('python3', [script, registryUrl], { env, stdio: ['pipe', 'pipe', 'inherit'] }),
    )
  }

  /** The bytes of each value. */
  async write(request: {
    readonly topic: string
    readonly schema: string
    readonly kind?: SchemaKind
    readonly references?: readonly object[]
    readonly values: readonly unknown[]
  }): Promise<Buffer[]> {
    const values = await this.#ask({ op: 'write', kind: 'AVRO', references: [], ...request })
    return values.map((value) => Buffer.from(String(value), 'base64'))
  }

  /** The value that each run of bytes holds. */
  read(
    topic: string,
    bytes: readonly Uint8Array[],
    kind: SchemaKind = 'AVRO',
  ): Promise<readonly unknown[]> {
    const values = bytes.map((each) => Buffer.from(each).toString('base64'))
    return this.#ask({ op: 'read', kind, topic, values })
  }

  /** The bytes of messages, given as Protobuf's JSON; `files` are `.proto` files by their paths. */
  async writeProtobuf(request: {
    readonly topic: string
    readonly files: Readonly<Record<string, string>>
    readonly message: string
    readonly values: readonly unknown[]
  }): Promise<Buffer[]> {
    const values = await this.#ask({ op: 'write-protobuf', ...request })
    return values.map((value) => Buffer.from(String(value), 'base64'))
  }

  /** The message that each run of bytes holds, as Protobuf's JSON. */
  readProtobuf(request: {
    readonly topic: string
    readonly files: Readonly<Record<string, string>>
    readonly message: string
    readonly values: readonly Uint8Array[]
  }): Promise<readonly unknown[]> {
    const values = request.values.map((each) => Buffer.from(each).toString('base64'))
    return this.#ask({ op: 'read-protobuf', ...request, values })
  }

  async #ask(request: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
    this.#process.stdin?.write(`${JSON.stringify(request)}\n`)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('The serializers do not answer.')), answerMs)
    })
    try {
      const line = await Promise.race([this.#answers.next(), late])
      if (line.done === true) throw new Error('The serializers have ended.')
      const { values, error } = JSON.parse(line.value) as Answer
      if (values === undefined) throw new Error(`The serializers failed: ${error ?? ''}`)
      return values
    } finally {
      clearTimeout(timer)
    }
  }

  [Symbol.dispose](): void {
    this.#process.kill()
  }
}

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { cached, run } from '../cache.ts'
import { serviceFile } from '../paths.ts'

const packages = ['fastavro', 'pyarrow', 'cramjam', 'backports.zstd']

/** fastavro and pyarrow, by pip, once a machine. */
async function installReaders(): Promise<string> {
  return cached('fastavro-pyarrow', async (target) => {
    const options = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
    await run(
      'python3',
      [...options, '--target', target, ...packages],
      'Cannot install fastavro and pyarrow: Python 3 with pip is needed',
    )
  })
}

/** Reads files as Python's libraries do. */
export class PythonReaders implements Disposable {
  readonly #process: ChildProcess
  readonly #answers: AsyncIterator<string>

  private constructor(process: ChildProcess) {
    if (process.stdout === null) throw new Error('The readers have no output.')
    this.#process = process
    this.#answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
  }

  static async start(): Promise<PythonReaders> {
    const env = { ...process.env, PYTHONPATH: await installReaders() }
    const script = path.resolve(serviceFile('storage/read_files.py'))
    return new PythonReaders(
      spawn('python3', [script], { env, stdio: ['pipe', 'pipe', 'inherit'] }),
    )
  }

  /** The records of a file. Rejects with what the library says. */
  async read(kind: 'avro' | 'parquet', file: string): Promise<readonly unknown[]> {
    this.#process.stdin?.write(`${JSON.stringify({ kind, path: file })}\n`)
    const line = await this.#answers.next()
    if (line.done === true) throw new Error('The readers have ended.')
    const { records, error } = JSON.parse(line.value) as {
      readonly records?: readonly unknown[]
      readonly error?: string
    }
    if (records === undefined) throw new Error(error)
    return records
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL')
  }
}

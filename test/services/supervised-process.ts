import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { delay } from '../../src/util/abort.ts'

/**
 * A process that does not outlive the one that started it, however that one ends.
 *
 * A shell starts a watcher and then becomes the program itself, so that `pid` is the program's. The watcher
 * reads a pipe whose other end only we hold: a line means that all is well, the end of the file that we
 * are gone (SIGKILL included), and then it kills the program and removes its scratch folder. The pipe is not
 * the program's standard input, which Node closes before we hear that the program has ended.
 */
const launcher = `
(if ! read -r _ <&3; then
  kill -KILL $$
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $$ || break; sleep 0.1; done
  [ -z "$SCRATCH_DIR" ] || rm -rf "$SCRATCH_DIR"
fi) >/dev/null 2>&1 &
exec "$@" 3<&- <"$STDIN_FILE"
`

export interface SupervisedOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Where standard output and error go. */
  readonly logFile: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Removed by the watcher when the starting process dies; otherwise its owner removes it. */
  readonly scratchDir?: string
  /** Read as standard input; empty input where it is left out. */
  readonly stdinFile?: string
}

export class SupervisedProcess {
  readonly pid: number
  readonly logFile: string
  /** The exit code as a shell reports it: 128 + n after signal n. */
  readonly exited: Promise<number>
  #exitCode: number | null = null
  readonly #child: ChildProcess

  constructor(options: SupervisedOptions) {
    const { command, args, logFile, cwd, env, scratchDir, stdinFile } = options
    const log = createWriteStream(logFile, { flags: 'a' })
    this.logFile = logFile
    this.#child = spawn('sh', ['-c', launcher, 'sh', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...process.env,
        ...env,
        SCRATCH_DIR: scratchDir ?? '',
        STDIN_FILE: stdinFile ?? '/dev/null',
      },
      ...(cwd === undefined ? {} : { cwd }),
    })
    this.#child.stdout?.pipe(log, { end: false })
    this.#child.stderr?.pipe(log, { end: false })
    const lifeline = this.#child.stdio[3] as Socket
    lifeline.on('error', () => undefined).resume()
    this.pid = this.#child.pid ?? -1
    this.exited = new Promise((resolve) => {
      this.#child.once('error', () => resolve(127))
      this.#child.once('close', (code, signal) => {
        log.end(() => resolve(code ?? 128 + signalNumber(signal)))
      })
      this.#child.once('exit', (code, signal) => {
        this.#exitCode = code ?? 128 + signalNumber(signal)
        lifeline.end('\n')
      })
    })
  }

  get isRunning(): boolean {
    return this.#exitCode === null && this.pid > 0
  }

  /** Everything it has printed so far. */
  log(): string {
    return readFileSync(this.logFile, 'utf8')
  }

  signal(name: NodeJS.Signals): void {
    if (this.isRunning) process.kill(this.pid, name)
  }

  /** SIGTERM, and after `graceMs` SIGKILL. Resolves with the exit code once it is gone. */
  async stop(graceMs = 20_000): Promise<number> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs)
    const code = await this.exited
    clearTimeout(timer)
    return code
  }

  async kill(): Promise<number> {
    this.signal('SIGKILL')
    return await this.exited
  }

  /** Waits until `isReady` says so; fails with one sentence and the end of the log where the process ends first. */
  async waitUntil(
    what: string,
    isReady: () => boolean | Promise<boolean>,
    options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
  ): Promise<void> {
    const { timeoutMs = 180_000, everyMs = 20 } = options
    const deadline = Date.now() + timeoutMs
    for (;;) {
      if (await isReady()) return
      if (!this.isRunning) {
        const code = await this.exited
        throw new Error(`${what}: the process ended with code ${code}.\n${lastLines(this.log())}`)
      }
      if (Date.now() > deadline) {
        throw new Error(`${what}: not within ${timeoutMs / 1000} s.\n${lastLines(this.log())}`)
      }
      await delay(everyMs)
    }
  }
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-20).join('\n')
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : (signalNumbers[signal] ?? 0)
}

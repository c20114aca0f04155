/** A request to stop, and the exit code that goes with it: 128 + n after signal n, as the JVM ends. */
export interface StopRequest {
  readonly signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP'
  readonly exitCode: number
}

export interface StopSignals extends Disposable {
  /** Null until the first signal. */
  readonly request: StopRequest | null
  /** Resolves at the first signal. */
  readonly requested: Promise<StopRequest>
  /** Aborted at the first signal: what is still being started gives up. */
  readonly abort: AbortSignal
}

const exitCodeOf = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
const names = Object.keys(exitCodeOf) as (keyof typeof exitCodeOf)[]
/** Set to 1 by the commands in bin/ where it was itself started with SIGHUP ignored. */
const hangUpVariable = 'SLUICE_IGNORE_SIGHUP'

/**
 * Listens for signals. The first asks for a stop; at the second `force` is called. Under `nohup` a SIGHUP does nothing, as
 * with the JVM: Node.js undoes at its start that the signal is ignored, so a listener has to take it.
 */
export function listenForStop(
  force: (request: StopRequest) => void,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): StopSignals {
  const controller = new AbortController()
  let request: StopRequest | null = null
  const requested = new Promise<StopRequest>((resolve) => {
    controller.signal.addEventListener('abort', () => {
      if (request) resolve(request)
    })
  })
  const ignoresHangUp = env[hangUpVariable] === '1'
  const onSignal = (signal: keyof typeof exitCodeOf): void => {
    if (signal === 'SIGHUP' && ignoresHangUp) return
    const asked = { signal, exitCode: exitCodeOf[signal] }
    if (request) {
      force(asked)
      return
    }
    request = asked
    controller.abort(new Error(`${signal} received`))
  }
  for (const name of names) process.on(name, onSignal)
  return {
    get request() {
      return request
    },
    requested,
    abort: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}

/**
 * Ends the process as the signal that `exitCode` tells of does, else by SIGKILL: an exit waits for every thread, also for one that
 * does not end. To be called when all that is to be done has been done.
 */
export function dieBySignal(exitCode: number): void {
  const signal = names.find((name) => exitCodeOf[name] === exitCode) ?? 'SIGKILL'
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

import { SupervisedProcess } from '../services/supervised-process.ts'
import { cpuSeconds, peakRssMib } from './proc.ts'

const everyMs = 10
const limitMs = 300_000

export interface MeasuredRun {
  /** All that it printed. */
  readonly output: string
  /** User and system time of the whole process, from its start to its end. */
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly peakMib: number
}

/** Runs a process to its end. Throws with what it printed where it fails. */
export async function runMeasured(options: {
  readonly command: string
  readonly args: readonly string[]
  readonly logFile: string
}): Promise<MeasuredRun> {
  const startedAt = performance.now()
  const child = new SupervisedProcess(options)
  let cpu = 0
  let peakMib = 0
  // What it uses in the last few milliseconds is missed.
  const timer = setInterval(() => {
    if (performance.now() - startedAt > limitMs) void child.kill()
    try {
      cpu = cpuSeconds(child.pid)
      peakMib = Math.max(peakMib, peakRssMib(child.pid) || 0)
    } catch {
      // It has just ended.
    }
  }, everyMs)
  const code = await child.exited.finally(() => clearInterval(timer))
  const wallSeconds = (performance.now() - startedAt) / 1000
  const output = child.log()
  if (code !== 0) {
    const what = `${options.command} ended with code ${code} after ${wallSeconds.toFixed(0)} s`
    throw new Error(`${what}.\n${output.trimEnd().split('\n').slice(-20).join('\n')}`)
  }
  return { output, cpuSeconds: cpu, wallSeconds, peakMib }
}

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Clock ticks a second, the unit of /proc/<pid>/stat. */
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** User and system time of all threads of a process since its start, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program may hold blanks and brackets; after the last one come the state and the numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Most memory the process has had resident at once, in MiB. */
export function peakRssMib(pid: number): number {
  return statusMib(pid, 'VmHWM')
}

/** {@link peakRssMib} of a process and of all that it has started, each by itself. */
export function peakTreeRssMib(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  return children
    .filter((child) => child !== '')
    .reduce((all, child) => all + peakTreeRssMib(Number(child)), peakRssMib(pid))
}

/** Memory the process has resident now, in MiB. */
export function rssMib(pid: number): number {
  return statusMib(pid, 'VmRSS')
}

function statusMib(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
}

/** How much of the last ten seconds some process has waited for a CPU, in percent. */
export function cpuPressure(): number {
  try {
    return Number(/avg10=([\d.]+)/.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1])
  } catch {
    return NaN // A kernel without PSI.
  }
}

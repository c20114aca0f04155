import { readdir, readFile } from 'node:fs/promises'
import type { ProcessFigures } from '../metrics/own-families.ts'

/** The process at this moment, but for its event loops. File descriptors are known where /proc is. */
export async function processFigures(): Promise<Omit<ProcessFigures, 'lagMs' | 'buffers'>> {
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
  const [openFds, maxFds] = await Promise.all([countOpenFds(), readMaxFds()])
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    externalBytes: external,
    openFds,
    maxFds,
    startedAt: performance.timeOrigin,
    nodeVersion: process.version,
  }
}

async function countOpenFds(): Promise<number | null> {
  try {
    // One of them is the folder itself, open to be listed.
    return (await readdir('/proc/self/fd')).length - 1
  } catch {
    return null
  }
}

async function readMaxFds(): Promise<number | null> {
  try {
    const limits = await readFile('/proc/self/limits', 'utf8')
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
    return soft === undefined ? null : Number(soft)
  } catch {
    return null
  }
}

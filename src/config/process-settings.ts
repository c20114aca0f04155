import { availableParallelism, totalmem } from 'node:os'
import convict from 'convict'
import { ConfigError } from '../errors/connect-error.ts'
import { logLevels } from '../util/log-levels.ts'
import type { LogLevel } from '../util/log-levels.ts'

/**
 * What belongs to the process and not to the worker: variables of the environment that begin with `SLUICE_`. Nothing
 * here may stand in a worker file, and nothing of that here.
 */
export interface ProcessSettings {
  /** Most threads that run tasks. */
  readonly threads: number
  /** Bytes for plugin threads, all together: three quarters for their heaps, one for the buffers of records (`bufferBytesOf`). */
  readonly memoryBytes: number
  readonly logFormat: 'text' | 'json'
  readonly logLevel: LogLevel
}

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }
const leastMemoryBytes = 16 * 2 ** 20

const leastHeapMb = 64
/** Of all memory, what records may take up in buffers: the rest is for heaps. */
const bufferShare = 1 / 4

/** What records may take up in the buffers of producers and consumers, of all tasks together. */
export function bufferBytesOf({ memoryBytes }: ProcessSettings): number {
  return Math.floor(memoryBytes * bufferShare)
}

/**
 * The limit of one plugin thread's heap in MiB: its share of what all may have, of which there are `threads` for tasks and one
 * for connectors. Never so little that a thread could not even load its plugins.
 */
export function heapMbOf({ threads, memoryBytes }: ProcessSettings): number {
  const heapBytes = memoryBytes * (1 - bufferShare)
  return Math.max(Math.floor(heapBytes / 2 ** 20 / (threads + 1)), leastHeapMb)
}

/** Reads `environment`. Throws a ConfigError that lists every variable that cannot be used. */
export function readProcessSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ProcessSettings {
  const settings = convict(schema(), { env: withoutBlank(environment), args: [] })
  try {
    settings.validate({ allowed: 'strict' })
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error })
  }
  return {
    threads: Number(settings.get('threads')),
    memoryBytes: parseBytes(settings.get('memory')),
    logFormat: settings.get('logFormat'),
    logLevel: settings.get('logLevel').toUpperCase() as LogLevel,
  }
}

type Text = string

function schema(): convict.Schema<{
  threads: Text
  memory: Text
  logFormat: 'text' | 'json'
  logLevel: Text
}> {
  return {
    threads: {
      doc: 'Most threads that run tasks; they start when they are needed.',
      env: 'SLUICE_THREADS',
      default: String(availableParallelism()),
      format: checked('SLUICE_THREADS', 'a whole number from 1 to 1024', isThreadCount),
    },
    memory: {
      doc: 'Bytes for tasks: three quarters for the heaps of all plugin threads together, at least 64 MiB a thread, one for the buffers of their records. A number, or one with k, m or g. Default: a quarter of the memory there is.',
      env: 'SLUICE_MEMORY',
      default: String(Math.max(Math.floor(memoryOfMachine() / 4), leastMemoryBytes)),
      format: checked('SLUICE_MEMORY', 'at least 16m, e.g. 512m or 2g', isMemory),
    },
    logFormat: {
      doc: 'How lines of the log are written: text as Java does, or json.',
      env: 'SLUICE_LOG_FORMAT',
      default: 'text',
      format: checked('SLUICE_LOG_FORMAT', 'text or json', (text) => /^(?:text|json)$/.test(text)),
    },
    logLevel: {
      doc: 'Level of the root logger.',
      env: 'SLUICE_LOG_LEVEL',
      default: 'INFO',
      format: checked('SLUICE_LOG_LEVEL', `one of ${logLevels.join(', ')}`, isLogLevel),
    },
  }
}

/** A format of convict's: throws a sentence that names variable, value and what was expected. */
function checked(variable: string, expected: string, accepts: (text: string) => boolean) {
  return (value: unknown): void => {
    const text = String(value)
    if (accepts(text)) return
    throw new Error(`Invalid value ${text} for ${variable}: expected ${expected}.`)
  }
}

function isThreadCount(text: string): boolean {
  return /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1024
}

function isMemory(text: string): boolean {
  return parseBytes(text) >= leastMemoryBytes
}

function isLogLevel(text: string): boolean {
  return logLevels.some((level) => level === text.toUpperCase())
}

/** NaN where it cannot be read. */
function parseBytes(text: string): number {
  const match = /^(\d+)\s*([kmg]?)b?$/i.exec(text)
  if (match === null) return Number.NaN
  const [, digits = '', unit = ''] = match
  return Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN)
}

/** What the cgroup allows, else what the machine has. */
function memoryOfMachine(): number {
  const constrained = process.constrainedMemory()
  const total = totalmem()
  return constrained > 0 && constrained < total ? constrained : total
}

/** A variable set to nothing counts as not set. */
function withoutBlank(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.trim() !== '') given[name] = value.trim()
  }
  return given
}

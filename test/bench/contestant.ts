import { isHealthy, startJavaConnect } from '../services/kafka/java-connect.ts'
import { waitFor } from '../support/wait-for.ts'
import { Sluice, scratchDir, stringConverters } from '../support/sluice.ts'

/** A running worker that takes part in a comparison. */
export interface Contestant extends AsyncDisposable {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** What it has printed so far. */
  log(): string
}

/** What a comparison starts: the same worker file for all, but for the address. */
export interface Entry {
  readonly name: string
  start(bootstrapServers: string, connectorFiles?: readonly string[]): Promise<Contestant>
}

/** The worker's defaults but for converters, as in the course's files. */
export function sluiceEntry(name = 'Sluice'): Entry {
  return {
    name,
    start: async (bootstrapServers, connectorFiles = []) => {
      const dir = await scratchDir()
      const sluice = await Sluice.launch({
        dir,
        bootstrapServers,
        connectorFiles,
        properties: {
          ...stringConverters,
          'offset.storage.topic': `bench-offsets-${name.replaceAll(' ', '-')}`,
        },
      })
      return {
        name,
        url: sluice.url,
        pid: sluice.process.pid,
        log: () => sluice.process.log(),
        [Symbol.asyncDispose]: async () => {
          await sluice.process.stop()
          await dir[Symbol.asyncDispose]()
        },
      }
    },
  }
}

export function javaEntry(flags: 'default' | 'tuned'): Entry {
  const name = flags === 'default' ? 'Java' : 'Java, tuned'
  return {
    name,
    start: async (bootstrapServers, connectorFiles = []) => {
      const java = await startJavaConnect({
        mode: 'standalone',
        flags,
        bootstrapServers,
        connectorFiles,
        properties: { ...stringConverters, 'offset.flush.interval.ms': '60000' },
        waitUntilHealthy: false,
      })
      return {
        name,
        url: java.url,
        pid: java.pid,
        log: () => java.log(),
        [Symbol.asyncDispose]: () => java[Symbol.asyncDispose](),
      }
    },
  }
}

/** Starts it and waits until its REST API says that it is healthy. */
export async function startHealthy(
  entry: Entry,
  bootstrapServers: string,
  connectorFiles: readonly string[] = [],
): Promise<Contestant> {
  const contestant = await entry.start(bootstrapServers, connectorFiles)
  try {
    await waitFor(`${entry.name} is healthy`, () => isHealthy(contestant.url), {
      timeoutMs: 240_000,
    })
  } catch (cause) {
    const log = contestant.log().split('\n').slice(-20).join('\n')
    await contestant[Symbol.asyncDispose]()
    throw new Error(`${entry.name} did not become healthy.\n${log}`, { cause })
  }
  return contestant
}

import { delay } from '../../src/util/abort.ts'
import { waitFor } from '../support/wait-for.ts'

/** How often each resource is asked for. */
const everyMs = 50
/** An answer that takes longer is none. */
const limitMs = 15_000

/** The answer to one request; status 0 where there was none. */
interface Probe {
  readonly resource: string
  readonly status: number
  readonly tookMs: number
  readonly began: number
}

/** Asks a worker's REST API for the same resources again and again, and keeps how long each answer took. */
export class Prober implements AsyncDisposable {
  readonly #url: string
  readonly #stopped = new AbortController()
  readonly #loops: readonly Promise<void>[]
  #probes: Probe[] = []

  constructor(url: string, resources: readonly string[]) {
    this.#url = url
    this.#loops = resources.map((resource) => this.#ask(resource))
  }

  /** What was answered since the last call of this, or since the start; of each resource at least one request made from now on. */
  async take(): Promise<Probes> {
    const asked = performance.now()
    await waitFor('an answer of each resource', () => {
      const after = this.#probes.filter(({ began }) => began > asked)
      return new Set(after.map(({ resource }) => resource)).size === this.#loops.length
    })
    const probes = new Probes(this.#probes)
    this.#probes = []
    return probes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await Promise.all(this.#loops)
  }

  async #ask(resource: string): Promise<void> {
    const { signal } = this.#stopped
    for (;;) {
      const began = performance.now()
      const status = await statusOf(`${this.#url}${resource}`, signal)
      // The request that the end of the test cuts short says nothing of the worker.
      if (signal.aborted) return
      this.#probes.push({ resource, status, tookMs: performance.now() - began, began })
      await delay(everyMs, signal).catch(() => undefined)
    }
  }
}

async function statusOf(url: string, stopped: AbortSignal): Promise<number> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(limitMs)])
  try {
    const response = await fetch(url, { signal })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** The answers of a while. */
export class Probes {
  readonly #probes: readonly Probe[]

  constructor(probes: readonly Probe[]) {
    this.#probes = probes
  }

  get count(): number {
    return this.#probes.length
  }

  get slowestMs(): number {
    return Math.max(0, ...this.#probes.map(({ tookMs }) => tookMs))
  }

  /** Every status that came, by resource: `{ '/health': [200] }`. */
  statuses(): Record<string, number[]> {
    const found: Record<string, Set<number>> = {}
    for (const { resource, status } of this.#probes) (found[resource] ??= new Set()).add(status)
    const sorted = Object.entries(found).map(([resource, set]) => [resource, [...set].sort()])
    return Object.fromEntries(sorted) as Record<string, number[]>
  }
}

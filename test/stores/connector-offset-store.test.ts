import { describe, expect, test, vi } from 'vitest'
import { ConnectorOffsetStore } from '../../src/stores/connector-offset-store.ts'
import { MemoryOffsetStore } from '../../src/stores/memory-offset-store.ts'
import type { StoredOffset } from '../../src/stores/offset-backing-store.ts'

const never = new AbortController().signal
const at = (file: string, position: number | null): StoredOffset => ({
  partition: { file },
  offset: position === null ? null : { position },
})

/** Notes the order of what is written, and fails where it is told to. */
class NotingStore extends MemoryOffsetStore {
  failure: Error | null = null
  readonly #name: string
  readonly #log: string[]

  constructor(name: string, log: string[]) {
    super()
    this.#name = name
    this.#log = log
  }

  override async set(connector: string, offsets: readonly StoredOffset[]): Promise<void> {
    const files = offsets.map(({ partition, offset }) => {
      return `${String(partition?.file)}=${String(offset?.position ?? null)}`
    })
    this.#log.push(`${this.#name} ${files.join(' ')}`)
    if (this.failure !== null) throw this.failure
    await super.set(connector, offsets)
  }
}

function setUp() {
  const log: string[] = []
  const [own, workers] = [new NotingStore('own', log), new NotingStore('worker', log)]
  return { log, own, workers, store: new ConnectorOffsetStore(own, workers) }
}

describe('offsets in a topic of the connector’s own', () => {
  test('count before those of the worker, which count where there are none', async () => {
    const { own, workers, store } = setUp()
    await workers.set('c', [at('a', 1), at('b', 2)])
    await own.set('c', [at('b', 3), at('c', 4)])
    const asked = [{ file: 'a' }, { file: 'b' }, { file: 'c' }, { file: 'd' }]
    expect(await store.get('c', asked, never)).toEqual([
      ...[{ position: 1 }, { position: 3 }, { position: 4 }],
      null,
    ])
    const all = await store.entries('c', never)
    expect(new Set(all)).toEqual(new Set([at('a', 1), at('b', 3), at('c', 4)]))
  })

  test('are reset at the worker first, and copied there last', async () => {
    const { log, store } = setUp()
    await store.set('c', [at('a', 1), at('b', null)], never)
    await vi.waitFor(() => expect(log).toEqual(['worker b=null', 'own a=1 b=null', 'worker a=1']))
    expect(await store.get('c', [{ file: 'a' }, { file: 'b' }], never)).toEqual([
      { position: 1 },
      null,
    ])
  })

  test('are not reset where the worker’s cannot be: they would come back', async () => {
    const { log, workers, store } = setUp()
    workers.failure = new Error('no')
    await expect(store.set('c', [at('b', null)], never)).rejects.toThrow('no')
    expect(log).toEqual(['worker b=null'])
  })

  test('are kept though the copy fails', async () => {
    const { own, workers, store } = setUp()
    workers.failure = new Error('no')
    await store.set('c', [at('a', 1)], never)
    expect(await own.get('c', [{ file: 'a' }], never)).toEqual([{ position: 1 }])
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OffsetBackingStore } from '../../src/stores/offset-backing-store.ts'
import { OffsetService } from '../../src/worker/offset-service.ts'
import { OffsetStores } from '../../src/worker/offset-stores.ts'

const signal = new AbortController().signal

/** A store whose writes take as long as `wait` says. */
function slowStore(wait: () => Promise<void>): OffsetBackingStore & { readonly log: string[] } {
  const log: string[] = []
  const last = new Map<string, unknown>()
  return {
    log,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    entries: () => Promise.resolve([]),
    keys: () => [],
    get: async (connector) => {
      await wait()
      return [{ position: (last.get(connector) as number | undefined) ?? -1 }]
    },
    set: async (connector, offsets) => {
      await wait()
      const position = offsets[0]?.offset?.position
      log.push(`${connector} ${String(position)}`)
      last.set(connector, position)
    },
  }
}

describe('the offset service', () => {
  test('a connector’s writes keep their order, and a read sees every write before it', async () => {
    const steps = fc.array(
      fc.record({ connector: fc.constantFrom('a', 'b'), read: fc.boolean() }),
      { maxLength: 20 },
    )
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, async (scheduler, plan) => {
        const store = slowStore(() => scheduler.schedule(Promise.resolve()))
        const service = new OffsetService(new OffsetStores(store), () => ({}))
        const written = new Map<string, number>()
        const outcomes = plan.map(async ({ connector, read }, position) => {
          if (!read) {
            written.set(connector, position)
            const offsets = [[{ file: 'f' }, { position }]] as const
            await service.write({ connector, run: 1, offsets }, signal)
            return
          }
          const expected = written.get(connector) ?? -1
          const found = await service.read({ connector, run: 1, partitions: [{}] }, signal)
          expect(found).toEqual([{ position: expected }])
        })
        await scheduler.waitFor(Promise.all(outcomes))
        for (const connector of ['a', 'b']) {
          const order = plan.flatMap((step, position) =>
            step.connector === connector && !step.read ? [`${connector} ${position}`] : [],
          )
          expect(store.log.filter((line) => line.startsWith(connector))).toEqual(order)
        }
        await service.idle()
      }),
    )
  })

  test('refuses a write whose run was replaced while it waited its turn', async () => {
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const store = slowStore(() => held)
    let current = 1
    const service = new OffsetService(new OffsetStores(store), ({ run }) =>
      run === current ? {} : null,
    )
    const offsets = [[null, { position: 1 }]] as const
    const first = service.write({ connector: 'c', run: 1, offsets }, signal)
    const late = service.write({ connector: 'c', run: 1, offsets }, signal)
    await Promise.resolve()
    current = 2
    release()
    await first
    await expect(late).rejects.toThrow('A task of connector c that was cancelled or replaced')
    expect(store.log).toEqual(['c 1'])
  })

  test('a write that fails does not stop those behind it', async () => {
    let failures = 1
    const store = slowStore(() =>
      failures-- > 0 ? Promise.reject(new Error('disk full')) : Promise.resolve(),
    )
    const service = new OffsetService(new OffsetStores(store), () => ({}))
    const write = (position: number): Promise<void> =>
      service.write({ connector: 'c', run: 1, offsets: [[null, { position }]] }, signal)
    const outcomes = await Promise.allSettled([write(1), write(2)])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'fulfilled'])
  })
})

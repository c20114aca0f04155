import { describe, expect, test } from 'vitest'
import { TypedNumber } from '../../src/data/typed-number.ts'
import type { SourceOffset } from '../../src/data/records.ts'
import type { OffsetBackingStore } from '../../src/stores/offset-backing-store.ts'

export interface OpenStore {
  readonly store: OffsetBackingStore
  /** The store as the next process finds it. */
  readonly reopen: () => OffsetBackingStore
}

/** What every offset store must do. */
export function offsetStoreContract(name: string, open: () => OpenStore): void {
  const signal = AbortSignal.timeout(60_000)

  /** A store that has been written to, as the next process finds it. */
  async function written(...offsets: Parameters<OffsetBackingStore['set']>[1][]) {
    const { store, reopen } = open()
    await store.start(signal)
    for (const each of offsets) await store.set('c', each, signal)
    await store.stop(signal)
    const again = reopen()
    await again.start(signal)
    return again
  }

  describe(`a ${name} offset store`, () => {
    test('gives the last offset written, after a restart too', async () => {
      const store = await written(
        [{ partition: { file: 'a' }, offset: { position: 1 } }],
        [
          { partition: { file: 'a' }, offset: { position: 2 } },
          { partition: { file: 'b' }, offset: { position: 3 } },
        ],
      )
      const asked = [{ file: 'b' }, { file: 'none' }, { file: 'a' }]
      expect(await store.get('c', asked, signal)).toEqual([{ position: 3 }, null, { position: 2 }])
      await store.stop(signal)
    })

    test('keeps connectors apart', async () => {
      const store = await written([{ partition: { file: 'a' }, offset: { position: 1 } }])
      await store.set('d', [{ partition: { file: 'a' }, offset: { position: 9 } }], signal)
      expect(await store.get('c', [{ file: 'a' }], signal)).toEqual([{ position: 1 }])
      expect(await store.entries('d', signal)).toEqual([
        { partition: { file: 'a' }, offset: { position: 9 } },
      ])
      await store.stop(signal)
    })

    test('forgets an offset that is reset, and no other', async () => {
      const store = await written(
        [
          { partition: { file: 'a' }, offset: { position: 1 } },
          { partition: { file: 'b' }, offset: { position: 2 } },
        ],
        [{ partition: { file: 'a' }, offset: null }],
      )
      expect(await store.get('c', [{ file: 'a' }, { file: 'b' }], signal)).toEqual([
        null,
        { position: 2 },
      ])
      expect(await store.entries('c', signal)).toEqual([
        { partition: { file: 'b' }, offset: { position: 2 } },
      ])
      await store.stop(signal)
    })

    test('finds a partition whatever the order of its members', async () => {
      const store = await written([{ partition: { x: 1, y: 'two' }, offset: { o: 1 } }])
      expect(await store.get('c', [{ y: 'two', x: 1 }], signal)).toEqual([{ o: 1 }])
      await store.set('c', [{ partition: { y: 'two', x: 1 }, offset: { o: 2 } }], signal)
      expect(await store.entries('c', signal)).toEqual([
        { partition: { x: 1, y: 'two' }, offset: { o: 2 } },
      ])
      await store.stop(signal)
    })

    test('tells apart what only looks alike', async () => {
      const partitions = [{ k: 1 }, { k: '1' }, { k: true }, { k: new TypedNumber('FLOAT64', 1) }]
      const store = await written(
        partitions.map((partition, at) => ({ partition, offset: { at } })),
      )
      expect(await store.get('c', partitions, signal)).toEqual([
        { at: 0 },
        { at: 1 },
        { at: 2 },
        { at: 3 },
      ])
      await store.stop(signal)
    })

    test('gives every primitive value back as it was', async () => {
      const offset: SourceOffset = {
        long: 9_007_199_254_740_993n,
        negative: -9_223_372_036_854_775_808n,
        int: 42,
        double: 0.1,
        integral: new TypedNumber('FLOAT64', 100),
        text: 'Zeile ü \u{1f600} "\\\n',
        yes: true,
        nothing: null,
        '7': 'a name like an index',
      }
      const store = await written([{ partition: { file: 'a' }, offset }])
      expect(await store.get('c', [{ file: 'a' }], signal)).toEqual([offset])
      await store.stop(signal)
    })

    test('knows the one partition that is null', async () => {
      const store = await written([{ partition: null, offset: { o: 1 } }])
      expect(await store.get('c', [null], signal)).toEqual([{ o: 1 }])
      await store.stop(signal)
    })

    test('refuses values that are not primitive, and writes nothing of the batch', async () => {
      const store = await written([{ partition: { file: 'a' }, offset: { o: 1 } }])
      const nested = { list: [1] } as unknown as SourceOffset
      await expect(
        store.set(
          'c',
          [
            { partition: { file: 'a' }, offset: { o: 2 } },
            { partition: { file: 'b' }, offset: nested },
          ],
          signal,
        ),
      ).rejects.toThrow(
        'Offsets may only contain primitive types as values, but field list contains java.util.ArrayList',
      )
      expect(await store.get('c', [{ file: 'a' }], signal)).toEqual([{ o: 1 }])
      await store.stop(signal)
    })

    test('takes writes that overlap, in the order they were made', async () => {
      const store = await written()
      await Promise.all(
        Array.from({ length: 20 }, (_, o) =>
          store.set('c', [{ partition: { file: 'a' }, offset: { o } }], signal),
        ),
      )
      expect(await store.get('c', [{ file: 'a' }], signal)).toEqual([{ o: 19 }])
      await store.stop(signal)
    })
  })
}

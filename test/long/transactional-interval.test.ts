import { expect, test, vi } from 'vitest'
import { SourceRecord } from '../../src/data/records.ts'
import { setUp } from '../runtime/transactional-set-up.ts'

const partition = { file: 'f' }
/** As many as are kept for `commitRecord`. */
const most = 200_000

function records(from: number, to: number): readonly SourceRecord[] {
  return Array.from({ length: to - from }, (_, at) => {
    const offset = { position: from + at }
    return new SourceRecord(partition, offset, 't', null, null, null, null, 'x')
  })
}

test('a transaction ends before its interval is over once as many records wait as have room', async () => {
  const { task, source, producer } = setUp({ kind: 'interval' })
  await task.start(new AbortController().signal)
  source.give(() => records(0, most - 1))
  await vi.waitFor(() => expect(producer().sent).toHaveLength(most - 1), 60_000)
  // What was acknowledged waits for the commit.
  producer().acknowledge()
  source.give(() => [])
  await vi.waitFor(() => expect(source.queue).toEqual([]), 30_000)
  expect(producer().ended).toEqual([])
  source.give(() => {
    producer().acknowledge()
    return records(most - 1, most + 1)
  })
  await vi.waitFor(() => expect(producer().sent).toHaveLength(most + 1), 60_000)
  producer().acknowledge()
  source.give(() => [])
  await vi.waitFor(() => expect(producer().ended).toHaveLength(1), 60_000)
  expect(producer().ended[0]?.records).toHaveLength(most + 1)
  await task.stop(5000)
}, 180_000)

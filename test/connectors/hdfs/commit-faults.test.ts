import { describe, expect, test } from 'vitest'
import type { SinkRecord } from '../../../src/api/index.ts'
import { record, struct } from '../storage/support.ts'
import { KilledError, MemoryHdfs } from './memory-hdfs.ts'
import type { Fault } from './memory-hdfs.ts'
import { RunningSink } from './running-sink.ts'

const dead: readonly Fault[] = ['dead before', 'dead amid', 'dead after']
const kinds: readonly Fault[] = ['refused', 'false', 'answer lost', ...dead]

/** Two directories, so that a commit has two files. */
const config = {
  'partitioner.class': 'io.confluent.connect.storage.partitioner.FieldPartitioner',
  'partition.field.name': 'int',
  'flush.size': '4',
}
const list: readonly SinkRecord[] = Array.from({ length: 12 }, (_, offset) =>
  record({ offset, value: struct(offset % 2) }),
)

/** Runs until all is written; a sink that was killed is followed by another, from what the group has committed. */
async function run(hdfs: MemoryHdfs): Promise<number> {
  let committed = 0
  for (let life = 1; ; life++) {
    if (life > 5) throw new Error('The sink does not get on.')
    const sink = await RunningSink.start(config, hdfs, list, committed)
    try {
      await sink.run(3)
      return life
    } catch (error) {
      if (!(error instanceof KilledError)) throw error
      committed = sink.committed ?? committed
      hdfs.heal()
    }
  }
}

async function uninterrupted(): Promise<MemoryHdfs> {
  const hdfs = new MemoryHdfs()
  await run(hdfs)
  return hdfs
}

describe.each([true, false])('where the server replaces files (%s)', (replaces) => {
  test.each(kinds)('files and contents are the same whichever change is %s', async (kind) => {
    const wanted = await uninterrupted()
    expect(Object.keys(wanted.below('/topics'))).toHaveLength(6)
    let n = 1
    for (; ; n++) {
      const hdfs = new MemoryHdfs()
      hdfs.replaces = replaces
      hdfs.failAt(n, kind)
      await run(hdfs)
      if (hdfs.changes < n) break
      // What follows completes and removes what was left.
      hdfs.heal()
      const sink = await RunningSink.start(config, hdfs, list, 0)
      await sink.put()
      expect(sink.position, `change ${n}`).toBe(12)
      expect(hdfs.below('/topics'), `change ${n}`).toEqual(wanted.below('/topics'))
      const left = [...hdfs.files.keys()].filter((path) => path.endsWith('_tmp'))
      expect(left, `change ${n}`).toEqual([])
    }
    // Three commits, each of them of five changes at least.
    expect(n).toBeGreaterThan(15)
  })
})

describe('a task that was held up and has lost its partition', () => {
  test('writes nothing more, at whatever point another one took over', async () => {
    const root = '/topics/test-topic'
    // Up to the end of its first commit.
    const alone = new MemoryHdfs()
    await (await RunningSink.start(config, alone, list)).put(4)
    for (let n = 1; n <= alone.changes + 1; n++) {
      const hdfs = new MemoryHdfs()
      const held = await RunningSink.start(config, hdfs, list)
      // With other bounds, so that names alone do not keep them apart.
      const other = await RunningSink.start({ ...config, 'flush.size': '2' }, hdfs, list)
      let asked = 0
      hdfs.beforeChange = async () => {
        if (++asked === n) await other.run(12)
      }
      await held.put(4)
      if (asked < n) await other.run(12)
      const offsets = Object.values(hdfs.below(root)).flatMap((text) => text.trimEnd().split('\n'))
      expect(offsets, `change ${n}: ${Object.keys(hdfs.below(root)).join()}`).toHaveLength(12)
    }
  })
})

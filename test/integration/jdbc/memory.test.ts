import { describe, expect, test } from 'vitest'
import { databases as sinkDatabases } from './sink-databases.ts'
import { databases as sourceDatabases } from './source-run.ts'
import { readVolume, writeVolume } from './volume.ts'
import type { Volume } from './volume.ts'

const total = 300_000
const limit = { timeout: 300_000 }

/** All of it would be 75 MB of text, and several times that as records. */
function expectFlat({ heapGrowthMib, residentGrowthMib, ...moved }: Volume): void {
  expect(moved).toEqual({ rows: total, sum: (total * (total + 1)) / 2 })
  expect(heapGrowthMib).toBeLessThan(40)
  expect(residentGrowthMib).toBeLessThan(300)
}

describe.each(['PostgreSQL', 'MariaDB'] as const)('300,000 rows of %s', (kind) => {
  test('are read in the memory that a few take', limit, async () => {
    await using db = await sourceDatabases[kind]()
    expectFlat(await readVolume(db, total))
  })
})

describe.each(['PostgreSQL', 'SQLite'] as const)('300,000 records to %s', (kind) => {
  test('are written in the memory that a few take', limit, async () => {
    await using database = await sinkDatabases[kind]()
    expectFlat(await writeVolume(database, total))
  })
})

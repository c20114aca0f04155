import { describe, expect, test } from 'vitest'
import { databases as sinkDatabases } from '../integration/jdbc/sink-databases.ts'
import { databases as sourceDatabases } from '../integration/jdbc/source-run.ts'
import { readVolume, writeVolume } from '../integration/jdbc/volume.ts'
import type { Volume } from '../integration/jdbc/volume.ts'

const total = Number(process.env.SLUICE_JDBC_ROWS ?? 10_000_000)

/** As for 300,000 rows in the first tier: how many there are makes no difference. */
function expectFlat({ heapGrowthMib, residentGrowthMib, ...moved }: Volume): void {
  console.log(`${total} rows: heap +${heapGrowthMib} MiB, resident +${residentGrowthMib} MiB`)
  expect(moved).toEqual({ rows: total, sum: (total * (total + 1)) / 2 })
  expect(heapGrowthMib).toBeLessThan(40)
  expect(residentGrowthMib).toBeLessThan(300)
}

describe(`memory does not grow over ${total} rows`, () => {
  test.each(['PostgreSQL', 'MariaDB'] as const)('that are read of %s', async (kind) => {
    await using db = await sourceDatabases[kind]()
    expectFlat(await readVolume(db, total))
  })

  test.each(['PostgreSQL', 'MariaDB', 'SQLite'] as const)(
    'that are written to %s',
    async (kind) => {
      await using database = await sinkDatabases[kind]()
      expectFlat(await writeVolume(database, total))
    },
  )

  test('that are upserted with their offsets beside them', async () => {
    await using database = await sinkDatabases.PostgreSQL()
    const props = {
      ...{ 'insert.mode': 'upsert', 'pk.mode': 'record_value', 'pk.fields': 'id' },
      'exactly.once': 'on',
    }
    expectFlat(await writeVolume(database, total, props))
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBesideLateWriters } from '../integration/jdbc/late-writers.ts'
import { databases } from '../integration/jdbc/source-run.ts'
import type { TestDatabase } from '../integration/jdbc/source-run.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await databases.PostgreSQL()
}, 180_000)
afterAll(() => db[Symbol.asyncDispose]())

test('a minute of writers that commit two seconds late loses no row, and keeps their order', async () => {
  const { found, written } = await readBesideLateWriters(db, { seconds: 60, horizon: true })
  expect(found).toEqual(written)
})

test('without snapshot.horizon such rows are passed by, as the page on the source says', async () => {
  const { found, written } = await readBesideLateWriters(db, { seconds: 10, horizon: false })
  expect(found.length).toBeLessThan(written.length)
})

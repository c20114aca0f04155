import { describe, expect, inject, test } from 'vitest'
import { killSinks, killSource } from '../support/jdbc-kills.ts'
import { seedOfRun } from '../support/seed-of-run.ts'

const { seed } = seedOfRun()
const kills = Number(process.env.SLUICE_JDBC_KILLS ?? 20)
const bootstrapServers = inject('bootstrapServers')
const options = { bootstrapServers, seed, kills, perRound: 5000 }
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

describe(`workers that are killed ${kills} times (seed ${seed})`, () => {
  test('a JDBC source leaves no row out', async () => {
    const { found, written } = await killSource(options, 'at least once')
    expect([...new Set(found)]).toEqual(upTo(written))
  })

  test('a JDBC source of a cluster that writes exactly once has every row once, in order', async () => {
    const { found, written } = await killSource(options, 'exactly once')
    expect(found).toEqual(upTo(written))
  })

  test('a JDBC sink writes every row, by a key or with its offsets just once', async () => {
    const { written, tables, exitCode } = await killSinks(options, {
      once: { 'exactly.once': 'on' },
      least: {},
      keyed: { 'insert.mode': 'upsert', 'pk.mode': 'kafka' },
    })
    expect(exitCode).toBe(143)
    const just = { rows: written, different: written }
    expect(tables).toMatchObject({ once: just, keyed: just, least: { different: written } })
  })
})

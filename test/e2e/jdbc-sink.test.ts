import { describe, expect, inject, test } from 'vitest'
import { killSinks } from '../support/jdbc-kills.ts'
import { seedOfRun } from '../support/seed-of-run.ts'

const { seed } = seedOfRun()

describe('a JDBC sink whose worker is killed again and again', () => {
  test(`writes every row, and just once where offsets are kept beside the rows (seed ${seed})`, async () => {
    const { written, tables, exitCode } = await killSinks(
      { bootstrapServers: inject('bootstrapServers'), seed, kills: 3, perRound: 2000 },
      { once: { 'exactly.once': 'on' }, least: {} },
    )
    expect(exitCode).toBe(143)
    expect(tables.once).toEqual({ rows: written, different: written })
    expect(tables.least?.different).toBe(written)
  }, 300_000)
})

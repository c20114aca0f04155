import { describe, expect, inject, test } from 'vitest'
import { killSource } from '../support/jdbc-kills.ts'
import { seedOfRun } from '../support/seed-of-run.ts'

const { seed } = seedOfRun()

describe('a JDBC source whose worker is killed again and again', () => {
  test(`leaves no row out (seed ${seed})`, async () => {
    const bootstrapServers = inject('bootstrapServers')
    const { found, written } = await killSource(
      { bootstrapServers, seed, kills: 2, perRound: 2000 },
      'at least once',
    )
    expect([...new Set(found)]).toEqual(Array.from({ length: written }, (_, at) => at + 1))
  }, 300_000)
})

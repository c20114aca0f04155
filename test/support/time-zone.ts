import { afterAll, beforeAll } from 'vitest'

/** Has the tests of a file run in UTC, wherever the machine is. */
export function useUtc(): void {
  const zone = process.env.TZ
  beforeAll(() => {
    process.env.TZ = 'UTC'
  })
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
}

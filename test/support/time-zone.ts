import { afterAll, beforeAll } from 'vitest'

/** Has the tests of a file run in UTC, wherever the machine is. */
export function useUtc(): void {
  useTimeZone('UTC')
}

/** Has the tests of a file, or a part of it, run in a zone. */
export function useTimeZone(id: string): void {
  const zone = process.env.TZ
  beforeAll(() => {
    process.env.TZ = id
  })
  afterAll(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
}

import { expect, test } from 'vitest'
import { measureScale } from '../bench/scale-bench.ts'

/** `SLUICE_CONNECTORS` takes fewer, or more. */
const connectors = Number(process.env.SLUICE_CONNECTORS ?? 1000)

test('three workers run nine hundred sources and a hundred sinks, lose a worker and get it back', async () => {
  const figures = await measureScale('sluice', connectors)
  console.log(figures)
  const sinks = Math.floor(connectors / 10)
  expect(figures.lines).toBeGreaterThanOrEqual(2 * (connectors - sinks))
  expect(figures.startedAgain).toEqual([])
})

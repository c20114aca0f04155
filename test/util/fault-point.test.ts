import { afterEach, expect, test, vi } from 'vitest'
import { faultPoint, loadTestHooks } from '../../src/util/fault-point.ts'

afterEach(() => vi.unstubAllEnvs())

/** A module that counts in a global what it is told, as a data URL. */
const hooks = `data:text/javascript,${encodeURIComponent(
  'export default (point) => { (globalThis.reached ??= []).push(point) }',
)}`

test('a fault point does nothing until a test loads a module', () => {
  expect(() => faultPoint('source.poll')).not.toThrow()
})

test('a module that is no hook is refused by name', async () => {
  vi.stubEnv('SLUICE_TEST_HOOKS', 'data:text/javascript,export default 1')
  await expect(loadTestHooks()).rejects.toThrow(/SLUICE_TEST_HOOKS=data:.*expected a module/)
})

test('once a module is loaded it is called at every fault point', async () => {
  vi.stubEnv('SLUICE_TEST_HOOKS', hooks)
  await loadTestHooks()
  faultPoint('offsets.write')
  expect((globalThis as { reached?: string[] }).reached).toEqual(['offsets.write'])
})

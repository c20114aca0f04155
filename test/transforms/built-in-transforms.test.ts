import { expect, test } from 'vitest'
import { builtInPlugins, loadBuiltIn } from '../../src/plugins/built-in-plugins.ts'
import { builtInTransforms } from '../../src/transforms/built-in-transforms.ts'
import { transformClasses } from '../../src/transforms/index.ts'

test('what is listed without importing it is what there is', () => {
  const listed = builtInTransforms.map(({ className }) => className)
  expect(listed.toSorted()).toEqual([...transformClasses.keys()].toSorted())
})

test.each(builtInTransforms)('$className can be loaded', async ({ type, className }) => {
  const plugin = builtInPlugins.find((other) => other.className === className)
  expect(plugin?.type).toBe(type)
  expect(plugin && (await loadBuiltIn(plugin))).toBe(transformClasses.get(className))
})

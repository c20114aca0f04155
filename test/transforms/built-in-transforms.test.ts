import { expect, test } from 'vitest'
import { builtInPlugins, loadBuiltIn } from '../../src/plugins/built-in-plugins.ts'
import { builtInTransforms } from '../../src/transforms/built-in-transforms.ts'
import * as aiven from '../../src/transforms/aiven/index.ts'
import * as common from '../../src/transforms/common/index.ts'
import * as confluent from '../../src/transforms/confluent/index.ts'
import * as debezium from '../../src/transforms/debezium/index.ts'
import * as kafka from '../../src/transforms/index.ts'

const classes: ReadonlyMap<string, unknown> = new Map([
  ...kafka.transformClasses,
  ...aiven.transformClasses,
  ...common.transformClasses,
  ...confluent.transformClasses,
  ...debezium.transformClasses,
])

test('what is listed without importing it is what there is', () => {
  const listed = builtInTransforms.map(({ className }) => className)
  expect(listed.toSorted()).toEqual([...classes.keys()].toSorted())
})

test.each(builtInTransforms)('$className can be loaded', async ({ type, className }) => {
  const plugin = builtInPlugins.find((other) => other.className === className)
  expect(plugin?.type).toBe(type)
  expect(plugin && (await loadBuiltIn(plugin))).toBe(classes.get(className))
})

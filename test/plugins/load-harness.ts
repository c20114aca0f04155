import { discoverPlugins } from '../../src/plugins/discovery.ts'
import type { PluginType } from '../../src/plugins/plugin-descriptor.ts'
import { PluginLoader } from '../../src/plugins/plugin-loader.ts'
import { PluginRegistry } from '../../src/plugins/plugin-registry.ts'

/**
 * Loads the plugins named on the command line (`folder type name …`) as a plugin thread does, outside of the test
 * runner and its own module resolution, and prints what came of each.
 */
const [folder = '', ...names] = process.argv.slice(2)
const { plugins } = await discoverPlugins([folder])
const loader = new PluginLoader(new PluginRegistry(plugins))
const api: object = await import('../../src/api/index.ts')
const outcomes: unknown[] = []
for (let i = 0; i < names.length; i += 2) {
  const [type = '', name = ''] = names.slice(i)
  try {
    const loaded = await loader.load(type as PluginType, name)
    const parents: unknown[] = []
    for (let parent: unknown = loaded; parent !== null; parent = Object.getPrototypeOf(parent)) {
      parents.push(parent)
    }
    const isOurs = Object.values(api).some((exported) => parents.includes(exported))
    outcomes.push({
      name: loaded.name,
      isOurs,
      apiIsOld: Reflect.get(loaded, 'apiIsOld') as unknown,
    })
  } catch (error) {
    outcomes.push({ error: (error as Error).message })
  }
}
console.log(JSON.stringify(outcomes))

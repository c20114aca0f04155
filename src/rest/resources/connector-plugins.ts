import { BadRequestError } from '../../errors/rest-error.ts'
import type { PluginDescriptor, PluginType } from '../../plugins/plugin-descriptor.ts'
import { readConfig } from '../bodies.ts'
import type { Resource } from '../resource.ts'

/** Kinds that are listed, in Java's order. */
const listed: readonly PluginType[] = [
  'sink',
  'source',
  'transformation',
  'predicate',
  'converter',
  'header_converter',
]
const connectorTypes: readonly PluginType[] = ['sink', 'source']

/** `GET /connector-plugins`: connectors, or with `connectorsOnly=false` everything a connector file may name. */
export const connectorPlugins: Resource = {
  path: '/connector-plugins',
  consumesJson: true,
  methods: {
    GET: ({ herder, query }) => {
      const only = query.get('connectorsOnly')
      const types = only === null || only.toLowerCase() === 'true' ? connectorTypes : listed
      const plugins = types.flatMap((type) => sorted(herder.plugins(), type))
      return { status: 200, body: plugins.map(toEntity) }
    },
  },
}

/** KIP-769. */
export const pluginConfig: Resource = {
  path: '/connector-plugins/:plugin/config',
  consumesJson: true,
  methods: {
    GET: async ({ herder, param, query, signal }) => ({
      status: 200,
      body: await herder.pluginConfig(param('plugin'), query.get('version'), signal),
    }),
  },
}

export const pluginValidate: Resource = {
  path: '/connector-plugins/:plugin/config/validate',
  consumesJson: true,
  methods: {
    PUT: async ({ herder, param, body, signal }) => {
      const plugin = param('plugin')
      const config = readConfig(body)
      const included = config['connector.class'] ?? null
      if (included !== null && !withoutSuffix(included).endsWith(withoutSuffix(plugin))) {
        throw new BadRequestError(
          `Included connector type ${included} does not match request type ${plugin}`,
        )
      }
      return {
        status: 200,
        body: await herder.validateConnectorConfig(config, plugin, signal),
      }
    },
  },
}

function sorted(plugins: readonly PluginDescriptor[], type: PluginType): PluginDescriptor[] {
  return plugins
    .filter((plugin) => plugin.type === type)
    .sort((a, b) => compare(a.className, b.className) || compare(a.version ?? '', b.version ?? ''))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Members in wire order. Java's name for no version, `undefined`, is left out. */
function toEntity({ className, type, version }: PluginDescriptor): Record<string, string | null> {
  const entity = { class: className, type }
  return version === 'undefined' ? entity : { ...entity, version }
}

function withoutSuffix(name: string): string {
  return name.length > 'Connector'.length && name.endsWith('Connector')
    ? name.slice(0, -'Connector'.length)
    : name
}

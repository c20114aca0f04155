import type { ConfigInfos } from '../../messages/config-infos.ts'
import { maskSecrets } from '../../util/secrets.ts'
import type { PluginDescriptor, PluginType } from '../../plugins/plugin-descriptor.ts'
import { readConfig } from '../bodies.ts'
import { flagParameter, textParameter } from '../openapi/operation.ts'
import type { Resource } from '../resource.ts'

/** Kinds that are listed. */
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
      const plugins = herder.plugins().filter(({ type }) => types.includes(type))
      return { status: 200, body: plugins.map(toEntity) }
    },
  },
  operations: {
    GET: {
      summary: 'The plugins that are installed.',
      query: {
        connectorsOnly: flagParameter('False: converters, transformations and predicates as well.'),
      },
      answers: { 200: 'Plugins' },
    },
  },
}

/** KIP-769; with `version` the keys of that one (KIP-891). */
export const pluginConfig: Resource = {
  path: '/connector-plugins/:plugin/config',
  consumesJson: true,
  methods: {
    GET: async ({ herder, param, query, signal }) => ({
      status: 200,
      body: await herder.pluginConfig(param('plugin'), query.get('version'), signal),
    }),
  },
  operations: {
    GET: {
      summary: 'The keys of a plugin.',
      query: { version: textParameter('Of this version, or the newest within this range.') },
      answers: { 200: 'ConfigKeys' },
      errors: [400, 404],
    },
  },
}

export const pluginValidate: Resource = {
  path: '/connector-plugins/:plugin/config/validate',
  consumesJson: true,
  methods: {
    PUT: async ({ herder, param, body, signal }) => {
      const config = readConfig(body)
      const infos = await herder.validateConnectorConfig(config, param('plugin'), signal)
      return { status: 200, body: withoutSecrets(infos) }
    },
  },
  operations: {
    PUT: {
      summary: 'What is wrong with a configuration.',
      body: 'GivenConfig',
      answers: { 200: 'Validation' },
      errors: [400],
    },
  },
}

/** Members in wire order. Java's name for no version, `undefined`, is left out. */
function toEntity({ className, type, version }: PluginDescriptor): Record<string, string | null> {
  const entity = { class: className, type }
  return version === 'undefined' ? entity : { ...entity, version }
}

/** Invariant 8: a validator may quote what it was given. */
function withoutSecrets(infos: ConfigInfos): ConfigInfos {
  return {
    ...infos,
    configs: infos.configs.map(({ definition, value }) => ({
      definition,
      value: value && { ...value, errors: value.errors.map(maskSecrets) },
    })),
  }
}

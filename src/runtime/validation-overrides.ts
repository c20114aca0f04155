import type {
  ConnectorClientConfigOverridePolicy,
  ConnectorClientConfigRequest,
} from '../api/worker-plugins.ts'
import { overridesOf } from '../config/client-config.ts'
import { clientConfigDefs } from '../config/client-keys.ts'
import type { ClientKind } from '../config/client-keys.ts'
import type { ConfigDef } from '../config/config-def.ts'
import { newConfigValue } from '../config/parse-config.ts'
import { parseType } from '../config/parse-type.ts'
import { hasTopicCreationKeys } from '../config/topic-creation-keys.ts'
import type { ConfigValue, ConnectorConfig, RawConfig } from '../config/types.ts'
import { isBlank } from '../config/validators.ts'
import { ConnectError } from '../errors/connect-error.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { PluginLoader } from '../plugins/plugin-loader.ts'
import { javaCopyOrder, javaHashOrder } from '../util/java-hash-order.ts'
import { prefixedPart } from './config-infos.ts'
import type { ValidationPart } from './config-infos.ts'

interface OverrideServices {
  readonly loader: PluginLoader
  readonly workerConfig: ConnectorConfig
}

/**
 * Checks what the connector overrides of the clients it has, by the worker's policy. A value that cannot be read is
 * not an outcome but an error, as in Java: a ConfigError.
 */
export async function validateOverrides(
  { loader, workerConfig }: OverrideServices,
  plugin: PluginDescriptor,
  config: RawConfig,
): Promise<ValidationPart[]> {
  const given = withoutNulls(config)
  const kinds = clientsOf(plugin, given)
  if (!kinds.some((kind) => Object.keys(overridesOf(given, kind)).length > 0)) return []
  const policy = await loadPolicy(loader, workerConfig)
  return kinds.map((kind) => validateClient(kind, policy, plugin, given))
}

/** The keys that `policy` refuses to a task's clients; throws where there are some. */
export async function requireOverridesAllowed(
  { loader, workerConfig }: OverrideServices,
  plugin: PluginDescriptor,
  config: ConnectorConfig,
): Promise<void> {
  const policy = await loadPolicy(loader, workerConfig)
  const refused = clientsOf(plugin, config).flatMap((kind) =>
    policy.validate(requestOf(kind, plugin, config)).map(({ error }) => error),
  )
  if (refused.length > 0) {
    throw new ConnectError(`Client Config Overrides not allowed [${refused.join(', ')}]`)
  }
}

/** In the order in which their outcomes are listed. */
function clientsOf({ type }: PluginDescriptor, config: ConnectorConfig): ClientKind[] {
  const hasQueue = !isBlank(config['errors.deadletterqueue.topic.name'])
  if (type === 'source') {
    return hasQueue || hasTopicCreationKeys(config) ? ['producer', 'admin'] : ['producer']
  }
  return hasQueue ? ['producer', 'consumer', 'admin'] : ['consumer']
}

async function loadPolicy(
  loader: PluginLoader,
  workerConfig: ConnectorConfig,
): Promise<ConnectorClientConfigOverridePolicy> {
  const name = workerConfig['connector.client.config.override.policy'] ?? 'All'
  const PolicyClass = await loader.load('override_policy', name)
  const policy = new PolicyClass() as ConnectorClientConfigOverridePolicy
  policy.configure?.(workerConfig)
  return policy
}

function validateClient(
  kind: ClientKind,
  policy: ConnectorClientConfigOverridePolicy,
  plugin: PluginDescriptor,
  config: ConnectorConfig,
): ValidationPart {
  const request = requestOf(kind, plugin, config)
  const { keys } = clientConfigDefs[kind]
  const values = new Map<string, ConfigValue>()
  for (const name of javaHashOrder(Object.keys(request.clientProps))) {
    const value = newConfigValue(name)
    value.value = parsed(name, request.clientProps[name] ?? null, clientConfigDefs[kind])
    values.set(name, value)
  }
  for (const { key, error } of policy.validate(request)) values.get(key)?.errorMessages.push(error)
  return prefixedPart(`${kind}.override.`, keys, [...values.values()])
}

/** Classes of Java's clients mean nothing here, so their names are taken as they are. */
function parsed(name: string, text: string | null, { keys }: ConfigDef): unknown {
  const type = keys.get(name)?.type
  return type === undefined || type === 'CLASS' ? text : parseType(name, text, type)
}

function requestOf(
  kind: ClientKind,
  plugin: PluginDescriptor,
  config: ConnectorConfig,
): ConnectorClientConfigRequest {
  return {
    clientType: kind === 'producer' ? 'PRODUCER' : kind === 'consumer' ? 'CONSUMER' : 'ADMIN',
    connectorName: config.name ?? '',
    connectorClass: plugin.className,
    connectorType: plugin.type === 'sink' ? 'sink' : 'source',
    clientProps: overridesOf(config, kind),
  }
}

/** In the order of the hash map that Java takes the overrides from. */
function withoutNulls(config: RawConfig): ConnectorConfig {
  const kept = javaCopyOrder(Object.keys(config)).map((key) => [key, config[key] ?? null] as const)
  return Object.fromEntries(kept.filter(([, value]) => value !== null)) as ConnectorConfig
}

import type { Connector } from '../api/connector.ts'
import type { ConfigDef } from '../config/config-def.ts'
import { connectorKeys } from '../config/connector-config.ts'
import type { ConverterRole, WorkerConverter } from '../config/connector-config.ts'
import { groupsOf } from '../config/embed.ts'
import { ownKeyFaults } from '../config/own-keys.ts'
import { newConfigValue, validateAll } from '../config/parse-config.ts'
import type { PluginDefinition } from '../config/plugin-catalog.ts'
import { pluginsNamed, transformKeys } from '../config/transform-config.ts'
import type { AliasedPlugin } from '../config/transform-config.ts'
import type { ConfigKey, ConfigValue, ConnectorConfig, RawConfig } from '../config/types.ts'
import { asError } from '../errors/connect-error.ts'
import { BadRequestError } from '../errors/rest-error.ts'
import type { ConfigInfos, ConfigKeyInfo } from '../messages/config-infos.ts'
import type { PluginDescriptor } from '../plugins/plugin-descriptor.ts'
import type { PluginLoader } from '../plugins/plugin-loader.ts'
import { PluginVersionError } from '../plugins/plugin-registry.ts'
import { javaCopyOrder, javaHashOrder } from '../util/java-hash-order.ts'
import { mayBeSecret, rememberSecret } from '../util/secrets.ts'
import { mergeParts, wholePart } from './config-infos.ts'
import { unnamedCall } from './named-call.ts'
import type { NamedCall } from './named-call.ts'
import { pluginConfig } from './plugin-config.ts'
import { connectorContext, definitionOf } from './plugin-definitions.ts'
import type {
  PluginConfigRequest,
  ValidationRequest,
  ValidationService,
} from './validation-service.ts'
import { checkExactlyOnce } from './validation-exactly-once.ts'
import { checkTopics } from './validation-topics.ts'
import { validateConverters } from './validation-converters.ts'
import { validateOverrides } from './validation-overrides.ts'

/** What a validation needs of its thread. */
export interface ValidationServices {
  readonly loader: PluginLoader
  /** The worker's configuration, for its converters and its override policy. */
  readonly workerConfig: ConnectorConfig
}

const defaultHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

/**
 * Validates configurations of connectors as `AbstractHerder.validateConnectorConfig` does: what all connectors have in
 * common, then the connector, its converters and its clients. Variables are resolved before. Runs in the connector
 * thread, where the plugins are; one instance of each connector class is kept for it.
 */
export class ConnectorValidation implements ValidationService {
  readonly #services: ValidationServices
  readonly #connectors = new Map<PluginDescriptor, Connector>()

  constructor(services: ValidationServices) {
    this.#services = services
  }

  /** The plugin that the request was addressed to, `connector.class` must be. */
  async validate(
    { config, pluginName }: ValidationRequest,
    signal: AbortSignal,
    call = unnamedCall,
  ): Promise<ConfigInfos> {
    const connectorClass = config['connector.class'] ?? null
    if (connectorClass === null) throw noConnectorType(config)
    if (pluginName !== null) checkAddressee(connectorClass, pluginName)
    let found: { readonly plugin: PluginDescriptor; readonly connector: Connector }
    try {
      const version = config['connector.plugin.version'] ?? null
      found = await this.#connector(connectorClass, version, call)
    } catch (error) {
      if (error instanceof PluginVersionError) return wrongVersion(connectorClass, config, error)
      throw new BadRequestError(asError(error).message, { cause: error })
    }
    return this.#validate({ ...found, connectorClass, config, signal, call })
  }

  pluginConfig(
    request: PluginConfigRequest,
    call = unnamedCall,
  ): Promise<readonly ConfigKeyInfo[]> {
    return pluginConfig(this.#services.loader, request, call)
  }

  async #validate(run: Run): Promise<ConfigInfos> {
    const { plugin, connector, connectorClass, config, signal, call } = run
    const { className } = plugin
    const framework = await this.#frameworkKeys(run)
    // Among its keys are those of transformations, with validators of their own.
    const checked = call(className, 'config', () => validateAll(framework, config))
    if (plugin.type === 'sink') checkTopics(config, checked)
    else this.#checkExactlyOnce(run, checked)
    rejectNulls(config, checked)
    const values = inJavaOrder(checked)
    const faults = ownKeyFaults(withoutNulls(config), plugin.type === 'sink' ? 'sink' : 'source')
    for (const { value } of faults) values.set(value.name, value)
    const own = call(className, 'config', () => connector.config())
    requireAnswer(own, `${className}.config() must return a ConfigDef that is not null.`)
    rememberPasswords(own, config)
    const outcome = await call(className, 'validate', () =>
      connector.validate(withoutNulls(config), signal),
    )
    requireAnswer(outcome, `${className}.validate() must return a Config that is not null.`)
    for (const value of outcome) values.set(value.name, value)
    const faulty = faults.map(({ key }) => [key.name, key] as const)
    const keys = new Map([...framework, ...faulty, ...own.keys])
    const services = { ...this.#services, beside: besideOf(plugin), call }
    const converters = await validateConverters(services, config, values)
    const overrides = await validateOverrides(this.#services, plugin, config)
    const groups = [...groupsOf(framework.values()), ...groupsOf(own.keys.values())]
    const whole = wholePart(keys, values, groups)
    return mergeParts(connectorClass, [whole, ...overrides, ...converters])
  }

  #checkExactlyOnce(
    { plugin, connector, config, call }: Run,
    values: Map<string, ConfigValue>,
  ): void {
    const { workerConfig } = this.#services
    const asked = { connector, config: withoutNulls(config), className: plugin.className }
    checkExactlyOnce({ workerConfig, call, ...asked }, values)
  }

  /** The keys of the worker's making: of any connector of its type, and of the chain it names. */
  async #frameworkKeys({
    plugin,
    config: props,
    call,
  }: Run): Promise<ReadonlyMap<string, ConfigKey>> {
    const { loader } = this.#services
    const catalog = loader.registry
    const workerConverters = this.#workerConverters()
    const base = connectorKeys({
      ...connectorContext(loader, plugin),
      plugins: { catalog, props, workerConverters },
    })
    const definitions = new Map<string, PluginDefinition>()
    for (const named of pluginsNamed(props, catalog)) {
      definitions.set(idOf(named), await definitionOf(loader, named, besideOf(plugin), call))
    }
    const chain = transformKeys({
      props,
      catalog,
      definitionOf: (named) => definitions.get(idOf(named)),
    })
    return new Map([...base, ...chain].map((key) => [key.name, key]))
  }

  async #connector(
    name: string,
    version: string | null,
    call: NamedCall,
  ): Promise<{ readonly plugin: PluginDescriptor; readonly connector: Connector }> {
    const { loader } = this.#services
    const plugin = loader.registry.connector(name, version)
    let connector = this.#connectors.get(plugin)
    if (connector === undefined) {
      const ConnectorClass = await loader.loadClass(plugin)
      connector = call(plugin.className, 'config', () => new ConnectorClass() as Connector)
      this.#connectors.set(plugin, connector)
    }
    return { plugin, connector }
  }

  #workerConverters(): Record<ConverterRole, WorkerConverter> {
    const { workerConfig } = this.#services
    const of = (role: ConverterRole, fallback: string | null): WorkerConverter => ({
      name: workerConfig[`${role}.converter`] ?? fallback,
      version: workerConfig[`${role}.converter.plugin.version`] ?? null,
    })
    return {
      key: of('key', null),
      value: of('value', null),
      header: of('header', defaultHeaderConverter),
    }
  }
}

interface Run {
  readonly plugin: PluginDescriptor
  readonly connector: Connector
  readonly connectorClass: string
  readonly config: RawConfig
  readonly signal: AbortSignal
  readonly call: NamedCall
}

/** No installed version will do (KIP-891): only what all connectors have in common can be checked. */
function wrongVersion(
  connectorClass: string,
  config: RawConfig,
  error: PluginVersionError,
): ConfigInfos {
  const versions = error.availableVersions
  const version = versions.at(-1) ?? null
  const keys = connectorKeys({ type: null, version, versions, plugins: null })
  const byName = new Map(keys.map((key) => [key.name, key]))
  const values = validateAll(byName, config)
  for (const name of ['connector.class', 'connector.plugin.version']) {
    values.get(name)?.errorMessages.push(error.message)
  }
  rejectNulls(config, values)
  return mergeParts(connectorClass, [wholePart(byName, inJavaOrder(values), groupsOf(keys))])
}

/** Before the connector sees the configuration: what it throws may quote it (invariant 8). */
function rememberPasswords({ keys }: ConfigDef, config: RawConfig): void {
  for (const { name, type } of keys.values()) {
    const value = config[name] ?? ''
    if (type === 'PASSWORD' && value !== '') rememberSecret(value)
  }
}

/** Java prints every value, variables resolved; here what may be a secret stays one (invariant 8). */
function noConnectorType(config: RawConfig): BadRequestError {
  const shown = javaCopyOrder(Object.keys(config)).map((key) => {
    return `${key}=${mayBeSecret(key) ? '[hidden]' : (config[key] ?? 'null')}`
  })
  return new BadRequestError(`Connector config {${shown.join(', ')}} contains no connector type`)
}

/** The request may name the connector by its class, by its simple name, or without `Connector`. */
function checkAddressee(connectorClass: string, pluginName: string): void {
  const short = (name: string): string => name.replace(/(?!^)Connector$/, '')
  if (short(connectorClass).endsWith(short(pluginName))) return
  throw new BadRequestError(
    `Included connector type ${connectorClass} does not match request type ${pluginName}`,
  )
}

function rejectNulls(config: RawConfig, values: Map<string, ConfigValue>): void {
  for (const [name, given] of Object.entries(config)) {
    if (given !== null) continue
    const value = values.get(name) ?? newConfigValue(name)
    value.errorMessages.push('Null value can not be supplied as the configuration value.')
    values.set(name, value)
  }
}

/** What no key defines is listed as Java's hash map has it. */
function inJavaOrder(values: ReadonlyMap<string, ConfigValue>): Map<string, ConfigValue> {
  const ordered = new Map<string, ConfigValue>()
  for (const name of javaHashOrder([...values.keys()])) {
    const value = values.get(name)
    if (value !== undefined) ordered.set(name, value)
  }
  return ordered
}

function withoutNulls(config: RawConfig): ConnectorConfig {
  const kept = Object.entries(config).filter(([, value]) => value !== null)
  return Object.fromEntries(kept) as ConnectorConfig
}

/** A plugin in JavaScript may return nothing, whatever its types say. */
function requireAnswer(answer: unknown, message: string): void {
  if (answer === null || answer === undefined) throw new BadRequestError(message)
}

function besideOf({ className, version }: PluginDescriptor): {
  readonly connector: string
  readonly version: string | null
} {
  return { connector: className, version }
}

function idOf({ type, className, version }: AliasedPlugin): string {
  return `${type} ${className} ${version ?? ''}`
}

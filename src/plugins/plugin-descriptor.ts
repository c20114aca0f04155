/** The kinds of plugins; the first six are what `GET /connector-plugins` lists, under these names. */
export type PluginType =
  | 'source'
  | 'sink'
  | 'converter'
  | 'header_converter'
  | 'transformation'
  | 'predicate'
  | 'config_provider'
  | 'rest_extension'
  | 'override_policy'

/** As Java's `PluginType` prints them. */
export const javaTypeNames: Record<PluginType, string> = {
  source: 'source',
  sink: 'sink',
  converter: 'converter',
  header_converter: 'header_converter',
  transformation: 'transformation',
  predicate: 'predicate',
  config_provider: 'configprovider',
  rest_extension: 'rest_extension',
  override_policy: 'connector_client_config_override_policy',
}

/** One plugin as its manifest describes it; nothing has been imported yet. */
export interface PluginDescriptor {
  readonly type: PluginType
  /** The Java class name it answers to. */
  readonly className: string
  readonly version: string | null
  /** Names it answers to besides those Connect derives from the class name. */
  readonly aliases: readonly string[]
  /** URL of the module, and the name of its export. */
  readonly moduleUrl: string
  readonly exportName: string
  /** Native modules its manifest lists: tasks of such a connector share no thread with others. */
  readonly native?: readonly string[]
  /** Where it was found, as Java prints `location=`: a folder, or `classpath` for our own. */
  readonly location: string
}

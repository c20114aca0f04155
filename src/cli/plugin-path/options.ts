import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { readPropertiesFile } from '../../config/java-properties.ts'
import { asError } from '../../errors/connect-error.ts'

/** What `connect-plugin-path` was asked to do. */
export interface PluginPathOptions {
  readonly command: 'list' | 'sync-manifests'
  /** Folders that are plugins or hold some, and archives, each once. */
  readonly locations: readonly string[]
  readonly dryRun: boolean
}

/** Wrong arguments: the usage is shown with it. */
export class UsageError extends Error {}

/** What the arguments name cannot be had: said in one line. */
export class TerseError extends Error {}

export const usage = `usage: connect-plugin-path [-h] {list,sync-manifests} ...

  list            List information about plugins contained within the specified plugin locations
  sync-manifests  Say whether every plugin can be found; manifests are the plugins' own, and are not written

plugin providers, each as often as needed:
  --plugin-location PLUGIN_LOCATION   A single plugin location
  --plugin-path PLUGIN_PATH           A comma-delimited list of locations containing plugins
  --worker-config WORKER_CONFIG       A Connect worker configuration file

sync-manifests takes --dry-run and --keep-not-found, too.
`

const providers = {
  help: { type: 'boolean', short: 'h' },
  'plugin-location': { type: 'string', multiple: true },
  'plugin-path': { type: 'string', multiple: true },
  'worker-config': { type: 'string', multiple: true },
} as const
const forSync = { 'dry-run': { type: 'boolean' }, 'keep-not-found': { type: 'boolean' } } as const
const commands = ['list', 'sync-manifests'] as const

/** Null where the usage is asked for. Throws a UsageError or a TerseError. */
export async function readOptions(args: readonly string[]): Promise<PluginPathOptions | null> {
  const [name, ...rest] = args
  if (name === '-h' || name === '--help') return null
  if (name === undefined) throw new UsageError('too few arguments')
  const command = commands.find((each) => each === name)
  if (command === undefined) {
    throw new UsageError(`invalid choice: '${name}' (choose from 'list', 'sync-manifests')`)
  }
  const values = parsed(rest, command)
  if (values.help === true) return null
  return { command, locations: await locationsOf(values), dryRun: values['dry-run'] === true }
}

interface Values {
  readonly help?: boolean
  readonly 'plugin-location'?: readonly string[]
  readonly 'plugin-path'?: readonly string[]
  readonly 'worker-config'?: readonly string[]
  readonly 'dry-run'?: boolean
}

function parsed(args: string[], command: PluginPathOptions['command']): Values {
  const options = command === 'list' ? providers : { ...providers, ...forSync }
  try {
    return parseArgs({ args, options, strict: true }).values
  } catch (cause) {
    throw new UsageError(asError(cause).message, { cause })
  }
}

async function locationsOf(values: Values): Promise<readonly string[]> {
  const single = values['plugin-location'] ?? []
  const paths = [...(values['plugin-path'] ?? [])]
  const files = values['worker-config'] ?? []
  if (single.length + paths.length + files.length === 0) {
    throw new UsageError(
      'Must specify at least one --plugin-location, --plugin-path, or --worker-config',
    )
  }
  for (const file of files) {
    const pluginPath = await pluginPathIn(file)
    if (pluginPath !== undefined) paths.push(pluginPath)
  }
  return [...new Set([...paths.flatMap(elementsOf), ...single.map(existing)])]
}

async function pluginPathIn(file: string): Promise<string | undefined> {
  try {
    return (await readPropertiesFile(file))['plugin.path']
  } catch (cause) {
    throw new TerseError(`Unable to read worker config at ${file}`, { cause })
  }
}

function elementsOf(pluginPath: string): readonly string[] {
  return pluginPath.split(',').map((element) => {
    const folder = path.resolve(element.trim())
    if (existsSync(folder)) return folder
    throw new TerseError(`Unable to parse plugin path ${pluginPath}: ${folder}`)
  })
}

function existing(location: string): string {
  if (existsSync(location)) return path.resolve(location)
  throw new TerseError(`Specified location ${location} does not exist`)
}

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { existsSync } from 'node:fs'
import type { PluginDescriptor, PluginType } from './plugin-descriptor.ts'

/**
 * A plugin's manifest: the `"sluice"` member of its package.json.
 *
 * ```json
 * "sluice": { "plugins": [{ "type": "sink", "class": "com.example.MySinkConnector",
 *                           "module": "./index.js", "export": "MySinkConnector", "aliases": ["My Sink"] }] }
 * ```
 *
 * `"native": ["…"]` beside `plugins` lists native modules. `version` is that of the package unless given; `aliases` may be left out.
 */

export interface ManifestContent {
  readonly plugins: readonly PluginDescriptor[]
  /** A sentence a fault; the plugins without fault stand all the same. */
  readonly problems: readonly string[]
}

const types: Record<PluginType, true> = {
  source: true,
  sink: true,
  converter: true,
  header_converter: true,
  transformation: true,
  predicate: true,
  config_provider: true,
  rest_extension: true,
  override_policy: true,
}

/** Reads the manifest of a folder; null where there is no package.json or none of ours in it. */
export async function readManifest(
  folder: string,
  location: string,
): Promise<ManifestContent | null> {
  const file = path.join(folder, 'package.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    return { plugins: [], problems: [`Cannot read ${file}: ${(error as Error).message}.`] }
  }
  try {
    return parseManifest(JSON.parse(text), folder, location)
  } catch (error) {
    return { plugins: [], problems: [`${file} is not valid JSON: ${(error as Error).message}.`] }
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function parseManifest(json: unknown, folder: string, location: string): ManifestContent | null {
  if (!isObject(json) || json.sluice === undefined) return null
  const file = path.join(folder, 'package.json')
  const listed = isObject(json.sluice) ? json.sluice.plugins : undefined
  if (!Array.isArray(listed)) {
    return { plugins: [], problems: [`${file}: expected "sluice": { "plugins": [ … ] }.`] }
  }
  const plugins: PluginDescriptor[] = []
  const problems: string[] = []
  const native = isObject(json.sluice) ? json.sluice.native : undefined
  if (native !== undefined && !isListOfStrings(native)) {
    problems.push(`${file}: "native" in "sluice" must be the names of modules; it is left out.`)
  }
  const shared = isListOfStrings(native) && native.length > 0 ? { native } : {}
  for (const [index, entry] of (listed as readonly unknown[]).entries()) {
    const fault = faultOf(entry)
    if (fault === null) {
      const plugin = toDescriptor(entry as Entry, json.version, folder, location)
      plugins.push({ ...plugin, ...shared })
    } else problems.push(`${file}: plugin ${index + 1} in "sluice" is left out: ${fault}.`)
  }
  return { plugins, problems }
}

interface Entry {
  readonly type: PluginType
  readonly class: string
  readonly module: string
  readonly export: string
  readonly version?: string
  readonly aliases?: readonly string[]
}

/** What is wrong with an entry, or null. */
function faultOf(entry: unknown): string | null {
  if (!isObject(entry)) return 'expected an object'
  if (typeof entry.type !== 'string' || !Object.hasOwn(types, entry.type)) {
    const given = entry.type === undefined ? 'nothing' : JSON.stringify(entry.type)
    return `"type" is ${given}, expected one of ${Object.keys(types).join(', ')}`
  }
  for (const member of ['class', 'module', 'export']) {
    const value = entry[member]
    if (typeof value !== 'string' || value === '') return `"${member}" must be a string`
  }
  const { version, aliases } = entry
  if (version !== undefined && typeof version !== 'string') return '"version" must be a string'
  if (aliases !== undefined && !isListOfStrings(aliases)) return '"aliases" must be strings'
  return null
}

function toDescriptor(
  entry: Entry,
  packageVersion: unknown,
  folder: string,
  location: string,
): PluginDescriptor {
  const version = entry.version ?? (typeof packageVersion === 'string' ? packageVersion : null)
  return {
    type: entry.type,
    className: entry.class,
    version,
    aliases: entry.aliases ?? [],
    moduleUrl: pathToFileURL(modulePath(folder, entry.module)).href,
    exportName: entry.export,
    location,
  }
}

/** Manifests name the built `.js`; in this repository, before a build, it is a `.ts` of the same name. */
function modulePath(folder: string, module: string): string {
  const built = path.join(folder, module)
  const source = built.replace(/\.js$/, '.ts')
  return !existsSync(built) && existsSync(source) ? source : built
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isListOfStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

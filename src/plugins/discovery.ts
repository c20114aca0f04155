import type { Dirent } from 'node:fs'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { builtInPlugins, ownLocation } from './built-in-plugins.ts'
import { readManifest } from './manifest.ts'
import { nearestByWords } from './near-names.ts'
import type { PluginDescriptor } from './plugin-descriptor.ts'

/** What was found, before duplicates are dropped; and a sentence for everything that could not be used. */
export interface Discovery {
  readonly plugins: readonly PluginDescriptor[]
  readonly warnings: readonly string[]
}

/**
 * Finds every plugin by its manifest and imports none: what comes with the worker, then each element of
 * `plugin.path` that is a plugin or holds plugins (packages, folders, a `node_modules`).
 */
export async function discoverPlugins(pluginPath: readonly string[]): Promise<Discovery> {
  return discover(pluginPath, await discoverOwn())
}

/** What lies in the elements of `plugin.path` alone. */
export function discoverElements(pluginPath: readonly string[]): Promise<Discovery> {
  return discover(pluginPath, [])
}

async function discover(
  pluginPath: readonly string[],
  own: readonly PluginDescriptor[],
): Promise<Discovery> {
  const found: MutableDiscovery = { plugins: [...own], warnings: [], javaFolders: [] }
  for (const element of pluginPath) {
    const folder = element.trim()
    if (folder !== '') await discoverElement(path.resolve(folder), found)
  }
  const names = found.plugins.filter(isConnector).map((plugin) => plugin.className)
  const java = found.javaFolders.map((jar) => javaWarning(jar, names))
  return { plugins: found.plugins, warnings: [...found.warnings, ...java] }
}

interface MutableDiscovery {
  readonly plugins: PluginDescriptor[]
  readonly warnings: string[]
  /** One `.jar` of every folder that holds some. */
  readonly javaFolders: string[]
}

/** Converters, transformations and so on of the worker, and the connectors that come with it. */
async function discoverOwn(): Promise<readonly PluginDescriptor[]> {
  const root = connectorsFolder()
  if (root === null) return builtInPlugins
  const manifests = await Promise.all(
    (await foldersIn(root)).map((folder) => readManifest(folder, ownLocation)),
  )
  return [...builtInPlugins, ...manifests.flatMap((manifest) => manifest?.plugins ?? [])]
}

/** `connectors/` of `dist` where this runs from there, else of the repository. */
function connectorsFolder(): string | null {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const candidate = path.join(folder, 'connectors')
    if (existsSync(candidate)) return candidate
    const parent = path.dirname(folder)
    if (parent === folder || existsSync(path.join(folder, 'package.json'))) return null
    folder = parent
  }
}

async function discoverElement(element: string, found: MutableDiscovery): Promise<void> {
  if (isJar(element)) {
    found.javaFolders.push(element)
    return
  }
  if (!(await isFolder(element))) {
    found.warnings.push(
      `plugin.path: ${element} is not a folder that can be read, and is left out. ` +
        'Name the folder that holds the plugins, or one plugin.',
    )
    return
  }
  if (await discoverPlugin(element, found)) return
  for (const child of await foldersIn(element)) await discoverChild(child, found)
}

/** A child of an element: a plugin, or where packages lie (`node_modules`, `@scope`) their folder. */
async function discoverChild(child: string, found: MutableDiscovery): Promise<void> {
  if (await discoverPlugin(child, found)) return
  const name = path.basename(child)
  if (name !== 'node_modules' && !name.startsWith('@')) return
  for (const inner of await foldersIn(child)) await discoverChild(inner, found)
}

/** Whether `folder` is a plugin of ours. Notes a Java plugin. */
async function discoverPlugin(folder: string, found: MutableDiscovery): Promise<boolean> {
  const manifest = await readManifest(folder, pathToFileURL(`${folder}/`).href)
  if (manifest === null) {
    const jar = (await entriesOf(folder)).find((entry) => isJar(entry.name))
    if (jar !== undefined) found.javaFolders.push(path.join(folder, jar.name))
    return false
  }
  found.plugins.push(...manifest.plugins)
  found.warnings.push(...manifest.problems)
  return true
}

function javaWarning(jar: string, connectors: readonly string[]): string {
  const nearest = nearestByWords(
    `${path.basename(path.dirname(jar))} ${path.basename(jar)}`,
    connectors,
  )
  const advice =
    nearest === null
      ? 'None of the connectors installed resembles it.'
      : `The nearest connector installed is ${nearest}.`
  return `plugin.path: ${jar} is a Java plugin, which cannot run here. ${advice}`
}

function isConnector(plugin: PluginDescriptor): boolean {
  return plugin.type === 'source' || plugin.type === 'sink'
}

function isJar(name: string): boolean {
  return name.endsWith('.jar')
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory()
  } catch {
    return false
  }
}

/** Folders in `folder`, links to folders included, sorted. */
async function foldersIn(folder: string): Promise<string[]> {
  const folders: string[] = []
  for (const entry of await entriesOf(folder)) {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(full))))
      folders.push(full)
  }
  return folders.sort()
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

import { existsSync } from 'node:fs'
import module from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/**
 * Gives every plugin the worker's copy of the public entries, whether it has a node_modules or not, and even where
 * that holds an old copy: `sluice/api` and its like are resolved here and nowhere else.
 */

/** Public entries and the files that hold them, beside each other in `dist`. */
const entries: Readonly<Record<string, string>> = {
  'sluice/api': 'api.js',
  'sluice/avro': 'avro.js',
  'sluice/codecs': 'codecs.js',
  'sluice/json': 'json.js',
  'sluice/storage': 'storage.js',
}

type Resolved = Readonly<Record<string, string>>

/** The part of Node's hooks used here; `registerHooks` came with Node 22.15. */
interface SynchronousHooks {
  readonly registerHooks?: (hooks: { readonly resolve: Resolve }) => unknown
}

type Next = (specifier: string, context: unknown) => unknown
type Resolve = (specifier: string, context: unknown, next: Next) => unknown

let registered = false

/** Takes effect for every module imported from now on in this thread. Costs nothing when called again. */
export function resolveApiToWorker(): void {
  if (registered) return
  registered = true
  const urls = ownEntries()
  const { registerHooks } = module as SynchronousHooks
  if (registerHooks === undefined) {
    module.register(asynchronousHooks(urls))
    return
  }
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = urls[specifier]
      return url === undefined
        ? next(specifier, context)
        : { url, format: 'module', shortCircuit: true }
    },
  })
}

/** The same for older Nodes, which run hooks in a thread of their own: hence a module of its own, as text. */
function asynchronousHooks(urls: Resolved): string {
  const code = `const urls = ${JSON.stringify(urls)}
export async function resolve(specifier, context, next) {
  const url = Object.hasOwn(urls, specifier) ? urls[specifier] : undefined
  return url === undefined ? next(specifier, context) : { url, format: 'module', shortCircuit: true }
}`
  return `data:text/javascript,${encodeURIComponent(code)}`
}

/** Those entries that are there, found from where this code runs: `dist` itself or its `chunks`. */
function ownEntries(): Resolved {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const found: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [specifier, file] of Object.entries(entries)) {
    const candidates = [path.join(here, file), path.join(path.dirname(here), file)]
    const existing = candidates.find((candidate) => existsSync(candidate))
    if (existing !== undefined) found[specifier] = pathToFileURL(existing).href
  }
  return found
}

// Scripts are plain modules and Node 20 does not strip types, so what they share with the tests is bundled on the way.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))))

/** Bundles the module at `source` (from the root of the checkout) and answers with the URL of the result. */
export async function bundleTs(source) {
  const outfile = path.join(root, '.cache', 'scripts', `${source.replaceAll('/', '-')}.mjs`)
  await mkdir(path.dirname(outfile), { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  return pathToFileURL(outfile).href
}

/** Imports the module at `source`, types stripped. */
export async function loadTs(source) {
  return await import(await bundleTs(source))
}

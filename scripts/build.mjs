// Bundles src/ and connectors/ into dist/, which the commands in bin/ and the plugin threads run.
// One graph with shared chunks: the worker, the threads and `sluice/api` load the same copy of every module.
import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const dist = path.join(root, 'dist')

/** Modules that stay outside the bundle: native code, found in node_modules when it runs. */
const external = ['@node-rs/crc32', 'chokidar']

const connectors = (
  await readdir(path.join(root, 'connectors'), { withFileTypes: true }).catch(() => [])
)
  .filter(
    (entry) =>
      entry.isDirectory() && existsSync(path.join(root, 'connectors', entry.name, 'index.ts')),
  )
  .map((entry) => entry.name)

const entries = {
  api: 'src/api/index.ts',
  'connect-standalone': 'src/cli/connect-standalone.ts',
  'plugin-thread': 'src/runtime/plugin-thread.ts',
  ...Object.fromEntries(
    connectors.map((name) => [`connectors/${name}/index`, `connectors/${name}/index.ts`]),
  ),
}

await rm(dist, { recursive: true, force: true })
await mkdir(dist, { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(
    Object.entries(entries).filter(([, source]) => existsSync(path.join(root, source))),
  ),
  outdir: dist,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: true,
  conditions: ['source'],
  external,
  chunkNames: 'chunks/[name]-[hash]',
  // CommonJS dependencies inside the bundle still call require for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
for (const name of connectors) {
  const manifest = path.join(root, 'connectors', name, 'package.json')
  if (existsSync(manifest)) await cp(manifest, path.join(dist, 'connectors', name, 'package.json'))
}

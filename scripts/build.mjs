// Bundles src/ and connectors/ into dist/, which the commands in bin/ and the plugin threads run.
// One graph with shared chunks: the worker, the threads and the public entries load the same copy of every module.
// `--if-stale` returns at once where dist/ was built from the very files that lie here. `--types` adds the declarations of
// the public entries, which no test needs; without it those that are there stay.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const dist = path.join(root, 'dist')
const stampFile = path.join(dist, '.stamp')
const types = path.join(dist, 'types')

/** Modules that stay outside the bundle: native code, and what may be missing; found in node_modules when they run. */
const external = [
  ...['@bokuweb/zstd-wasm', '@node-rs/crc32', 'chokidar', 'snappy'],
  ...['hive-driver', 'libsql', 'mysql2', 'pg', 'tedious'],
]

/** Sixteen digits of the commit this is built from; zeros outside of a repository. */
const commit =
  spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout?.slice(0, 16) ||
  '0'.repeat(16)

/** Names, sizes and times of everything that goes into dist/. */
async function stampOfSources() {
  const hash = createHash('sha256')
  hash.update(`${commit}\n`)
  const inputs = ['src', 'connectors', 'scripts/build.mjs', 'package.json', 'package-lock.json']
  for (const input of inputs) await addToStamp(hash, input)
  return hash.digest('hex')
}

async function addToStamp(hash, relative) {
  const full = path.join(root, relative)
  if (!existsSync(full)) return
  const found = await stat(full)
  if (!found.isDirectory()) {
    hash.update(`${relative}\0${found.size}\0${found.mtimeMs}\n`)
    return
  }
  for (const name of (await readdir(full)).sort()) await addToStamp(hash, path.join(relative, name))
}

/** The folders of plugins: `connectors/storage` is what some of them share. */
async function connectorNames() {
  const folder = path.join(root, 'connectors')
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, 'index.ts')))
    .map((entry) => entry.name)
    .filter((name) => name !== 'storage')
}

async function bundle(outdir, connectors) {
  const entries = {
    api: 'src/api/index.ts',
    avro: 'src/converters/avro/index.ts',
    codecs: 'src/kafka/records/codecs.ts',
    'connect-check': 'src/cli/connect-check.ts',
    'connect-distributed': 'src/cli/connect-distributed.ts',
    'connect-dlq': 'src/cli/connect-dlq.ts',
    'connect-plugin-path': 'src/cli/connect-plugin-path.ts',
    'connect-standalone': 'src/cli/connect-standalone.ts',
    json: 'src/converters/json/index.ts',
    'plugin-thread': 'src/runtime/plugin-thread.ts',
    // A process of its own, found beside the plugin that starts it.
    'connectors/hdfs/negotiate': 'connectors/hdfs/kerberos/negotiate.ts',
    storage: 'connectors/storage/index.ts',
    ...Object.fromEntries(
      connectors.map((name) => [`connectors/${name}/index`, `connectors/${name}/index.ts`]),
    ),
  }
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      Object.entries(entries).filter(([, source]) => existsSync(path.join(root, source))),
    ),
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    sourcemap: true,
    conditions: ['source'],
    external,
    define: { SLUICE_COMMIT: JSON.stringify(commit) },
    chunkNames: 'chunks/[name]-[hash]',
    // CommonJS dependencies inside the bundle still call require for Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  for (const name of connectors) {
    const manifest = path.join(root, 'connectors', name, 'package.json')
    if (existsSync(manifest)) {
      await cp(manifest, path.join(outdir, 'connectors', name, 'package.json'))
    }
  }
}

function declareTypes(outdir) {
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc')
  const options = { cwd: root, stdio: 'inherit' }
  const { status } = spawnSync(tsc, ['-p', 'tsconfig.types.json', '--outDir', outdir], options)
  if (status !== 0) throw new Error('The declarations of the public entries could not be made.')
}

const stamp = await stampOfSources()
const built = existsSync(stampFile) ? await readFile(stampFile, 'utf8') : ''
if (!process.argv.includes('--if-stale') || built !== stamp) {
  // Built beside dist/ and then put in its place, so that a worker that starts now finds the old or the new one whole.
  const fresh = path.join(root, `dist.${process.pid}`)
  const old = path.join(root, `dist.${process.pid}.old`)
  try {
    await mkdir(fresh, { recursive: true })
    await bundle(fresh, await connectorNames())
    if (process.argv.includes('--types')) declareTypes(path.join(fresh, 'types'))
    else if (existsSync(types)) await cp(types, path.join(fresh, 'types'), { recursive: true })
    await writeFile(path.join(fresh, '.stamp'), stamp)
    if (existsSync(dist)) await rename(dist, old)
    await rename(fresh, dist)
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(old, { recursive: true, force: true })
  }
}

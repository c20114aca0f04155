// npm run demo: installs and builds what is missing, starts Apache Kafka, runs bin/connect-standalone with the shipped
// files, types a line into test.txt, and shows it in the topic, in test.sink.txt and by REST. Exit code 0 only if all is so.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

function must(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(path.join(root, 'node_modules', 'esbuild'))) {
  must('npm', ['ci', '--no-audit', '--no-fund'])
}
must('node', ['scripts/build.mjs', '--if-stale'])

// Only now is everything there that these need.
const { loadTs } = await import('./lib/load-ts.mjs')
const { demo } = await loadTs('test/e2e/demo.ts')
try {
  await demo()
} catch (error) {
  console.error(`\nThe demo failed: ${error.message}`)
  process.exitCode = 1
}

// npm run bench -- file [--records 2000000] [--rounds 3] [--starts 10] [--java-starts 3] [--only throughput|readiness]
// Ours beside the Java worker in one run. Prints tables; asserts no time.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { root } from './lib/checks.mjs'
import { loadTs } from './lib/load-ts.mjs'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    records: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '3' },
    starts: { type: 'string', default: '10' },
    'java-starts': { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
})
if (positionals.join() !== 'file') {
  console.error('npm run bench: say what to measure: npm run bench -- file')
  process.exit(1)
}
spawnSync('node', ['scripts/build.mjs', '--if-stale'], { cwd: root, stdio: 'inherit' })
const { benchFile, benchReadiness } = await loadTs('test/bench/index.ts')
if (values.only !== 'readiness') {
  await benchFile({ records: Number(values.records), rounds: Number(values.rounds) })
}
if (values.only !== 'throughput') {
  await benchReadiness({ starts: Number(values.starts), javaStarts: Number(values['java-starts']) })
}

// npm run bench -- file [--records 2000000] [--rounds 3] [--starts 10] [--java-starts 3] [--only throughput|readiness]
// npm run bench -- kafka [--records 2000000] [--rounds 3] [--only produce|fetch] [--size 100|1024]
//                        [--codec none|gzip|snappy|lz4|zstd] [--mode idempotent|transactional] [--clients Sluice,Kafka]
// npm run bench -- idle [--clients 100] [--seconds 30]
// npm run bench -- converters [--rounds 3] [--seconds 1] [--warm 5] [--only json-read|json-write|...]
// npm run bench -- scale [--connectors 1000] [--java-connectors 1000]
// npm run bench -- jdbc [--records 1000000] [--rounds 3] [--tasks 1|4] [--only insert|upsert|latency|source]
// npm run bench -- storage [--records 500000] [--rounds 2] [--partitions 1|4] [--place S3|HDFS] [--only 'JSON lines'|'bytes through'|'Avro to Avro'|...]
// Ours beside the Java worker, Kafka's own clients and kafkajs, or Kafka's own converters, in one run. Prints tables; asserts no time.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { root } from './lib/checks.mjs'
import { bundleTs, loadTs } from './lib/load-ts.mjs'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    records: { type: 'string' },
    rounds: { type: 'string' },
    starts: { type: 'string', default: '10' },
    'java-starts': { type: 'string', default: '3' },
    only: { type: 'string' },
    size: { type: 'string' },
    codec: { type: 'string' },
    mode: { type: 'string' },
    clients: { type: 'string' },
    seconds: { type: 'string' },
    connectors: { type: 'string', default: '1000' },
    'java-connectors': { type: 'string', default: '1000' },
    tasks: { type: 'string' },
    partitions: { type: 'string' },
    place: { type: 'string' },
    warm: { type: 'string', default: '5' },
  },
})
const amountOf = (records, rounds) => ({
  records: Number(values.records ?? records),
  rounds: Number(values.rounds ?? rounds),
})
const amount = amountOf(2_000_000, 3)
const benches = {
  file: async ({ benchFile, benchReadiness }) => {
    spawnSync('node', ['scripts/build.mjs', '--if-stale'], { cwd: root, stdio: 'inherit' })
    if (values.only !== 'readiness') await benchFile(amount)
    if (values.only !== 'throughput') {
      const [starts, javaStarts] = [Number(values.starts), Number(values['java-starts'])]
      await benchReadiness({ starts, javaStarts })
    }
  },
  kafka: async ({ benchKafka }) => {
    const { only: step, size, codec, mode, clients } = values
    const sluice = await bundleTs('test/bench/sluice-client.ts')
    const kafkajs = await bundleTs('test/bench/kafkajs-client.ts')
    await benchKafka({
      ...amount,
      modules: { sluice, kafkajs },
      only: { step, size, codec, mode, clients },
    })
  },
  jdbc: async ({ benchJdbc }) => {
    spawnSync('node', ['scripts/build.mjs', '--if-stale'], { cwd: root, stdio: 'inherit' })
    const tasks = values.tasks === undefined ? [1, 4] : [Number(values.tasks)]
    await benchJdbc({ ...amount, tasks, only: values.only ?? null })
  },
  storage: async ({ benchStorage }) => {
    spawnSync('node', ['scripts/build.mjs', '--if-stale'], { cwd: root, stdio: 'inherit' })
    const partitions = values.partitions === undefined ? [1, 4] : [Number(values.partitions)]
    const { only = null, place = null } = values
    await benchStorage({ ...amountOf(500_000, 2), partitions, only, place })
  },
  idle: async ({ benchIdle }) => {
    const module = await bundleTs('test/bench/idle-clients.ts')
    const { clients = '100', seconds = '30' } = values
    await benchIdle({ clients: Number(clients), seconds: Number(seconds), module })
  },
  converters: async ({ benchConverters }) => {
    const sluice = await bundleTs('test/bench/converters/sluice-converters.ts')
    const plain = await bundleTs('test/bench/converters/plain-json.ts')
    const { seconds = '1', warm, only } = values
    await benchConverters({
      rounds: amount.rounds,
      seconds: Number(seconds),
      warmSeconds: Number(warm),
      only,
      modules: { sluice, plain },
    })
  },
  scale: async ({ benchScale }) => {
    spawnSync('node', ['scripts/build.mjs', '--if-stale'], { cwd: root, stdio: 'inherit' })
    const [connectors, javaConnectors] = [values.connectors, values['java-connectors']].map(Number)
    await benchScale({ connectors, javaConnectors })
  },
}
const [what = ''] = positionals
if (positionals.length !== 1 || !Object.hasOwn(benches, what)) {
  const known = Object.keys(benches).map((name) => `npm run bench -- ${name}`)
  console.error(`npm run bench: say what to measure: ${known.join(', or ')}`)
  process.exit(1)
}
await benches[what](await loadTs('test/bench/index.ts'))

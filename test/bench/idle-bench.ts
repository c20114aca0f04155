import { startBroker } from '../services/kafka/broker.ts'
import { openKafkaClient } from '../support/kafka-client.ts'
import { scratchDir } from '../support/sluice.ts'
import type { IdleReport } from './idle-clients.ts'
import { runMeasured } from './measured-process.ts'

export interface IdleBenchOptions {
  readonly clients: number
  readonly seconds: number
  /** URL of the bundled test/bench/idle-clients.ts. */
  readonly module: string
}

const script = `
const [, url, order] = process.argv
console.log(JSON.stringify(await (await import(url)).idle(JSON.parse(order))))
process.exit()
`

/** What many clients with nothing to do cost a process. */
export async function benchIdle({ clients, seconds, module }: IdleBenchOptions): Promise<void> {
  await using dir = await scratchDir()
  await using broker = await startBroker()
  const { bootstrapServers } = broker
  const topic = 'bench-idle'
  await using kafka = await openKafkaClient(bootstrapServers)
  await kafka.createTopic(topic)
  const order = JSON.stringify({ bootstrapServers, topic, clients, seconds })
  const { output } = await runMeasured({
    command: process.execPath,
    args: ['--input-type=module', '-e', script, module, order],
    logFile: dir.file('idle.log'),
  })
  const { percent, rssMib } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as IdleReport
  const cost = `${percent.toFixed(2)} % of a core, ${rssMib.toFixed(0)} MiB`
  console.log(`${clients} idle clients in one process, over ${seconds} s: ${cost}`)
}

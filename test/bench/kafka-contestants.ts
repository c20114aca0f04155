import { installKafka } from '../services/kafka/install.ts'
import { serviceFile } from '../services/paths.ts'
import { transactionMs } from './client-task.ts'
import type { ClientReport, ClientTask } from './client-task.ts'

/** A Kafka client that takes part, by how its process is started. */
export interface ClientContestant {
  readonly name: string
  /** Part of the records that it is given: what is slow takes no longer than the others. */
  readonly part: number
  readonly command: (task: WorkOrder) => Promise<{ command: string; args: readonly string[] }>
  /** What the process says of itself, from all that it printed. */
  readonly report: (output: string) => ClientReport
}

export type WorkOrder = Omit<ClientTask, 'strings'>

const script = `
const [, url, text] = process.argv
const task = JSON.parse(text)
const client = await import(url)
console.log(JSON.stringify(await client[task.step](task)))
`

/** `module` is the URL of a bundled client. */
export function nodeContestant(
  name: string,
  module: string,
  { strings = false, part = 1 }: { readonly strings?: boolean; readonly part?: number } = {},
): ClientContestant {
  return {
    name,
    part,
    command: (order) => {
      const task: ClientTask = { ...order, strings }
      const args = ['--input-type=module', '-e', script, module, JSON.stringify(task)]
      return Promise.resolve({ command: process.execPath, args })
    },
    report: (output) => JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as ClientReport,
  }
}

/** As bin/kafka-producer-perf-test.sh and bin/kafka-consumer-perf-test.sh start Java. */
const jvmFlags = [
  ...['-Xmx512M', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
  ...['-Djava.awt.headless=true', '-Dlog.level=WARN'],
]

/** Kafka's own tools at their defaults; `producerProperties` are added to what ours is told too. */
export function javaContestant(
  name: string,
  producerProperties: readonly string[] = [],
): ClientContestant {
  return {
    name,
    part: 1,
    command: async (order) => {
      const { classPath } = await installKafka()
      const log4j = `-Dlog4j2.configurationFile=file:${serviceFile('kafka/log4j2.properties')}`
      const args =
        order.step === 'produce' ? produceArgs(order, producerProperties) : fetchArgs(order)
      return { command: 'java', args: [...jvmFlags, log4j, '-cp', classPath, ...args] }
    },
    report: (output) => reportOfProducer(output) ?? reportOfConsumer(output),
  }
}

function produceArgs(order: WorkOrder, properties: readonly string[]): string[] {
  const { bootstrapServers, topic, records, codec, transactional, payloadFile } = order
  return [
    'org.apache.kafka.tools.ProducerPerformance',
    ...['--bootstrap-server', bootstrapServers, '--topic', topic, '--throughput', '-1'],
    ...['--num-records', String(records), '--payload-file', payloadFile],
    ...['--reporting-interval', '600000'],
    ...['--command-property', 'acks=all', `compression.type=${codec}`, ...properties],
    ...(transactional
      ? ['--transactional-id', topic, '--transaction-duration-ms', String(transactionMs)]
      : []),
  ]
}

function fetchArgs({ bootstrapServers, topic, records, transactional }: WorkOrder): string[] {
  return [
    'org.apache.kafka.tools.ConsumerPerformance',
    ...['--bootstrap-server', bootstrapServers, '--topic', topic, '--num-records', String(records)],
    ...['--timeout', '60000', '--reporting-interval', '600000'],
    ...(transactional ? ['--command-property', 'isolation.level=read_committed'] : []),
  ]
}

/** `2000000 records sent, 812345.6 records/sec (77.4 MB/sec), ...`: the last of such lines is the total. */
function reportOfProducer(output: string): ClientReport | null {
  const found = [...output.matchAll(/^(\d+) records sent, ([\d.]+) records\/sec/gm)].at(-1)
  if (found === undefined) return null
  const records = Number(found[1])
  return { records, seconds: records / Number(found[2]), warmMicros: NaN }
}

/** Start, end, MB, MB/s, records, records/s, rebalance ms, fetch ms, fetch MB/s, fetch records/s. */
function reportOfConsumer(output: string): ClientReport {
  const line = output.split('\n').find((each) => /^\d{4}-\d\d-\d\d [\d:]+, /.test(each))
  const fields = line?.split(', ')
  if (fields?.length !== 10) throw new Error(`Found no result in what the tool printed: ${output}`)
  const [records, fetchMs] = [Number(fields[4]), Number(fields[7])]
  return { records, seconds: fetchMs / 1000, warmMicros: NaN }
}

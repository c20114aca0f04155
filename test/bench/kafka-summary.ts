import { median, ratio, short, table } from './figures.ts'
import type { ClientRun, KafkaCase } from './kafka-bench.ts'

const head = [
  'client',
  'records/s',
  'MB/s',
  'CPU s',
  'µs CPU',
  'µs, start out',
  'µs, warm',
  'wall v Kafka',
  'CPU v Kafka',
  '… start out',
  'CPU v kafkajs, start out',
  'broker µs',
  'peak MiB',
]

export function caseText({ step, bytes, codec, transactional }: KafkaCase): string {
  const size = bytes >= 1024 ? `${bytes / 1024} KB` : `${bytes} B`
  return `${step}, ${size}, ${codec}${transactional ? ', transactional' : ''}`
}

/** Medians of the rounds, one client a line. */
export function summaryOf(each: KafkaCase, runs: readonly ClientRun[], records: number): string {
  const clients = [...new Set(runs.map(({ client }) => client))]
  const figures = new Map(clients.map((client) => [client, figuresOf(client, runs)]))
  const rows = clients.map((client) => {
    const own = figures.get(client) ?? nothing
    const against = (other: string, of: (figures: Figures) => number): string =>
      ratio(of(figures.get(other) ?? nothing))
    return [
      client,
      short(own.speed),
      ((own.speed * each.bytes) / 1e6).toFixed(0),
      own.cpuSeconds.toFixed(2),
      own.micros.toFixed(3),
      own.microsWithoutStart.toFixed(3),
      Number.isNaN(own.warmMicros) ? '–' : own.warmMicros.toFixed(3),
      against('Kafka', ({ speed }) => own.speed / speed),
      against('Kafka', ({ micros }) => micros / own.micros),
      against('Kafka', (theirs) => theirs.microsWithoutStart / own.microsWithoutStart),
      // It is given fewer records, so its start would weigh more.
      against('kafkajs', (theirs) => theirs.microsWithoutStart / own.microsWithoutStart),
      own.brokerMicros.toFixed(2),
      own.peakMib.toFixed(0),
    ]
  })
  const title = `${caseText(each)}: ${short(records)} records, one partition`
  return [title, table(head, rows)].join('\n')
}

interface Figures {
  readonly speed: number
  readonly cpuSeconds: number
  readonly micros: number
  readonly microsWithoutStart: number
  readonly warmMicros: number
  readonly brokerMicros: number
  readonly peakMib: number
}

const nothing: Figures = {
  speed: NaN,
  cpuSeconds: NaN,
  micros: NaN,
  microsWithoutStart: NaN,
  warmMicros: NaN,
  brokerMicros: NaN,
  peakMib: NaN,
}

function figuresOf(client: string, all: readonly ClientRun[]): Figures {
  const own = all.filter((run) => run.client === client)
  const start = median(own.filter(isStart).map(({ process }) => process.cpuSeconds))
  const runs = own.filter((run) => !isStart(run))
  const middle = (of: (run: ClientRun) => number): number => median(runs.map(of))
  return {
    speed: middle(({ report }) => report.records / report.seconds),
    cpuSeconds: middle(({ process }) => process.cpuSeconds),
    micros: middle(({ report, process }) => perRecord(process.cpuSeconds, report.records)),
    microsWithoutStart: middle(({ report, process }) =>
      perRecord(process.cpuSeconds - start, report.records),
    ),
    warmMicros: middle(({ report }) => report.warmMicros),
    brokerMicros: middle(({ report, brokerCpuSeconds }) =>
      perRecord(brokerCpuSeconds, report.records),
    ),
    peakMib: Math.max(...runs.map(({ process }) => process.peakMib)),
  }
}

function isStart({ round }: ClientRun): boolean {
  return round === 0
}

function perRecord(seconds: number, records: number): number {
  return (seconds / records) * 1e6
}

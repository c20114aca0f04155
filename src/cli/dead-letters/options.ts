import { parseArgs } from 'node:util'
import { workerClientConfig } from '../../config/client-config.ts'
import { ConfigError, asError } from '../../errors/connect-error.ts'
import type { ClientConfig } from '../../kafka/types.ts'
import { readConfigFile } from './config-file.ts'

export const usage = `Usage: connect-dlq list   [TOPIC ...] CLUSTER [filters]
       connect-dlq show   TOPIC CLUSTER [--limit 10] [--bytes 64] [--trace] [filters]
       connect-dlq replay TOPIC CLUSTER [--execute] [--to TOPIC] [--max-replays 3] [--limit N]
                          [--from-beginning] [--verbose] [filters]

CLUSTER  WORKER.properties, the file of a worker; or
         --bootstrap-server HOST:PORT,... [--command-config CLIENT.properties]
filters  --partition N  --offset N | N-M      where the letter lies
         --from-topic T --connector C         what its context headers say
         --stage S      --error TEXT          (class or message of the error contain TEXT)

list     counts the letters of each queue by their errors; without TOPIC it looks for queues.
show     prints letters: why they are there, and their bytes.
replay   writes letters back to the topic they came from, key, value and own headers as they are. Without --execute
         it only says what it would do. It goes on where the same replay has ended.
`

/** Which letters are meant. */
export interface LetterFilter {
  readonly partition?: number
  /** First and last offset. */
  readonly offsets?: readonly [number, number]
  readonly fromTopic?: string
  readonly connector?: string
  readonly stage?: string
  readonly error?: string
}

export interface DlqOptions {
  readonly command: 'list' | 'show' | 'replay'
  readonly topics: readonly string[]
  readonly client: ClientConfig
  readonly filter: LetterFilter
  readonly limit: number | null
  /** Of keys and values, how many bytes are shown. */
  readonly shownBytes: number
  readonly trace: boolean
  readonly execute: boolean
  readonly to: string | null
  readonly maxReplays: number
  readonly fromBeginning: boolean
  readonly verbose: boolean
}

const commands = ['list', 'show', 'replay'] as const

const flags = {
  'bootstrap-server': { type: 'string' },
  'command-config': { type: 'string' },
  partition: { type: 'string' },
  offset: { type: 'string' },
  'from-topic': { type: 'string' },
  connector: { type: 'string' },
  stage: { type: 'string' },
  error: { type: 'string' },
  limit: { type: 'string' },
  bytes: { type: 'string' },
  trace: { type: 'boolean' },
  execute: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  to: { type: 'string' },
  'max-replays': { type: 'string' },
  'from-beginning': { type: 'boolean' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

type Values = ReturnType<typeof parsed>['values']

/** Null where the usage is asked for. Rejects with a ConfigError that names the argument. */
export async function readOptions(
  args: readonly string[],
  signal: AbortSignal,
): Promise<DlqOptions | null> {
  const { values, positionals } = parsed(args)
  const [name, ...rest] = positionals
  if (values.help === true || name === undefined) return null
  const command = commands.find((each) => each === name)
  if (command === undefined) {
    throw new ConfigError(`Unknown command ${name}: expected ${commands.join(', ')}.`)
  }
  if (values.execute === true && values['dry-run'] === true) {
    throw new ConfigError('Both --execute and --dry-run are given: leave one out.')
  }
  const { client, topics } = await clusterOf(values, rest, signal)
  if (command !== 'list' && topics.length !== 1) {
    throw new ConfigError(`${command} takes one topic, found ${topics.length}.`)
  }
  return {
    command,
    topics,
    client,
    filter: filterOf(values),
    limit: values.limit === undefined ? null : count('limit', values.limit),
    shownBytes: values.bytes === undefined ? 64 : count('bytes', values.bytes),
    trace: values.trace ?? false,
    execute: values.execute ?? false,
    to: values.to ?? null,
    maxReplays:
      values['max-replays'] === undefined ? 3 : count('max-replays', values['max-replays']),
    fromBeginning: values['from-beginning'] ?? false,
    verbose: values.verbose ?? false,
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true })
  } catch (cause) {
    throw new ConfigError(asError(cause).message, { cause })
  }
}

/** The way to the brokers; a file of a worker stands among the topics, and no topic ends like one. */
async function clusterOf(
  values: Values,
  rest: readonly string[],
  signal: AbortSignal,
): Promise<{ client: ClientConfig; topics: readonly string[] }> {
  const files = rest.filter((each) => each.endsWith('.properties'))
  const topics = rest.filter((each) => !each.endsWith('.properties'))
  const servers = values['bootstrap-server']
  const own = { 'client.id': 'connect-dlq' }
  if (servers !== undefined) {
    const config = values['command-config']
    const given = config === undefined ? {} : await readConfigFile(config, signal)
    return { client: { ...own, ...given, 'bootstrap.servers': servers }, topics: rest }
  }
  const [file] = files
  if (file === undefined) {
    throw new ConfigError(
      'No cluster: give the properties file of a worker, or --bootstrap-server.',
    )
  }
  return { client: workerClientConfig(await readConfigFile(file, signal), 'connect-dlq'), topics }
}

function filterOf(values: Values): LetterFilter {
  const { partition, offset, connector, stage, error } = values
  const fromTopic = values['from-topic']
  return {
    ...(partition === undefined ? {} : { partition: count('partition', partition) }),
    ...(offset === undefined ? {} : { offsets: rangeOf(offset) }),
    ...(fromTopic === undefined ? {} : { fromTopic }),
    ...(connector === undefined ? {} : { connector }),
    ...(stage === undefined ? {} : { stage: stage.toUpperCase() }),
    ...(error === undefined ? {} : { error }),
  }
}

function rangeOf(text: string): readonly [number, number] {
  const [first = '', last = first, more] = text.split('-')
  if (more !== undefined) throw new ConfigError(`Invalid --offset ${text}: expected N or N-M.`)
  return [count('offset', first), count('offset', last)]
}

function count(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value)) return value
  throw new ConfigError(`Invalid --${name} ${text}: expected a number that is not negative.`)
}

import fc from 'fast-check'
import { pathOf } from '../connect-cluster/connect-cluster.ts'
import type { RestCall } from '../connect-cluster/rest.ts'

/** One request, as it is made of both sides. */
export interface Step extends RestCall {
  /** Which of the side's workers is asked. */
  readonly via?: number
}

export type Config = Readonly<Record<string, string | null>>

export const sourceConfig: Config = {
  'connector.class': 'FileStreamSource',
  'tasks.max': '1',
  file: '{dir}/in.txt',
  topic: '@out',
}

export const sinkConfig: Config = {
  'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
  'tasks.max': '1',
  file: '{dir}/out.txt',
  topics: '@lines',
}

export function without(key: string, config: Config): Config {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== key))
}

export function create(name: string, config: Config, initialState?: string): Step {
  const body = { name, config, ...(initialState !== undefined && { initial_state: initialState }) }
  return { method: 'POST', path: '/connectors', body }
}

export function of(name: string, method: string, rest = '', body?: unknown): Step {
  return {
    method,
    path: `${pathOf(name).replace('%40', '@')}${rest}`,
    ...(body !== undefined && { body }),
  }
}

/** Whatever may be asked of a connector, also of one that is not there. */
export function readsOf(name: string): Step[] {
  const paths = ['', '/config', '/tasks', '/status', '/tasks/0/status', '/topics', '/offsets']
  return paths.map((rest) => of(name, 'GET', rest))
}

/** Whatever may be done to a connector. */
export function changesOf(name: string): Step[] {
  return [
    ...['pause', 'resume', 'stop', 'topics/reset'].map((rest) => of(name, 'PUT', `/${rest}`)),
    ...['restart', 'tasks/0/restart'].map((rest) => of(name, 'POST', `/${rest}`)),
    of(name, 'POST', '/restart?includeTasks=true'),
    of(name, 'PATCH', '/config', { a: 'b' }),
    of(name, 'PATCH', '/offsets', { offsets: [{ partition: { a: 'b' }, offset: null }] }),
    of(name, 'DELETE', '/offsets'),
    of(name, 'DELETE'),
  ]
}

const restarts = [
  '/restart',
  '/restart?includeTasks=true',
  '/restart?includeTasks=true&onlyFailed=true',
  '/restart?onlyFailed=true',
  '/tasks/0/restart',
  '/tasks/1/restart',
]

interface Subject {
  readonly name: string
  readonly configs: readonly Config[]
  readonly patches: readonly Config[]
  readonly offsets: readonly unknown[]
}

const filename = { filename: '{dir}/in.txt' }
const lines = { kafka_topic: '@lines', kafka_partition: 0 }

const subjects: readonly Subject[] = [
  {
    name: '@source',
    configs: [
      sourceConfig,
      { ...sourceConfig, 'batch.size': '30' },
      { ...sourceConfig, file: '{dir}/in2.txt', topic: '@other' },
      { ...sourceConfig, 'tasks.max': '3', 'value.converter.schemas.enable': 'false' },
      without('topic', sourceConfig),
      { ...sourceConfig, 'tasks.max': 'many' },
    ],
    patches: [{ 'batch.size': '20' }, { 'batch.size': null }, { topic: '@third' }, { topic: null }],
    offsets: [
      [{ partition: filename, offset: { position: 14 } }],
      [{ partition: filename, offset: null }],
      [{ partition: filename, offset: { position: -1 } }],
      [],
    ],
  },
  {
    name: '@sink',
    configs: [
      sinkConfig,
      { ...sinkConfig, 'tasks.max': '2' },
      { ...sinkConfig, 'tasks.max': '2', 'errors.tolerance': 'all' },
      { ...sinkConfig, 'topics.regex': '@l.*' },
      without('topics', sinkConfig),
    ],
    patches: [{ 'tasks.max': '2' }, { 'tasks.max': '1' }, { 'errors.log.enable': 'true' }],
    offsets: [
      [{ partition: lines, offset: { kafka_offset: 2 } }],
      [{ partition: lines, offset: null }],
      [{ partition: { kafka_topic: '@lines' }, offset: null }],
    ],
  },
]

const states = ['RUNNING', 'PAUSED', 'STOPPED', undefined] as const

function stepsOf({ name, configs, patches, offsets }: Subject): fc.Arbitrary<Step> {
  const config = fc.constantFrom(...configs)
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>): fc.WeightedArbitrary<Step> => ({
    arbitrary,
    weight,
  })
  const one = (steps: readonly Step[]): fc.Arbitrary<Step> => fc.constantFrom(...steps)
  return fc.oneof(
    weighted(
      5,
      fc
        .tuple(config, fc.constantFrom(...states))
        .map(([each, state]) => create(name, each, state)),
    ),
    weighted(
      4,
      config.map((each) => of(name, 'PUT', '/config', each)),
    ),
    weighted(3, one(patches.map((each) => of(name, 'PATCH', '/config', each)))),
    weighted(6, one(['pause', 'resume', 'stop'].map((each) => of(name, 'PUT', `/${each}`)))),
    weighted(4, one(restarts.map((each) => of(name, 'POST', each)))),
    weighted(3, one(offsets.map((each) => of(name, 'PATCH', '/offsets', { offsets: each })))),
    weighted(1, one([of(name, 'DELETE', '/offsets'), of(name, 'PUT', '/topics/reset')])),
    weighted(2, one([of(name, 'DELETE')])),
    weighted(6, one(readsOf(name))),
  )
}

const ofNone: readonly Step[] = [
  { method: 'GET', path: '/connectors' },
  { method: 'GET', path: '/connectors?expand=status&expand=info' },
  {
    method: 'PUT',
    path: '/admin/loggers/org.apache.kafka.connect.file?scope=cluster',
    body: { level: 'INFO' },
  },
  {
    method: 'PUT',
    path: '/connector-plugins/FileStreamSource/config/validate',
    body: { ...sourceConfig, name: 'any' },
  },
]

/** A random request of whatever there is or is not, to any of the workers. */
export const anyStep: fc.Arbitrary<Step> = fc
  .tuple(
    fc.oneof(...subjects.map(stepsOf), { arbitrary: fc.constantFrom(...ofNone), weight: 1 }),
    fc.nat(5),
  )
  .map(([step, via]) => ({ ...step, via }))

/** What brings a side back to where it was when it had just been started, but for what its topics keep. */
export const cleanUp: readonly Step[] = subjects.map(({ name }) => of(name, 'DELETE'))

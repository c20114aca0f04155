import { changesOf, create, of, readsOf, sinkConfig, sourceConfig, without } from './steps.ts'
import type { Step } from './steps.ts'

const get = (path: string): Step => ({ method: 'GET', path })
const lists: readonly Step[] = [
  get('/connectors'),
  get('/connectors?expand=status&expand=info'),
  get('/connectors?expand=nothing'),
]
const level = { method: 'PUT', body: { level: 'DEBUG' } } as const
const logger = '/admin/loggers/org.apache.kafka.connect.file'
const brokenSink = { ...sinkConfig, file: '{dir}/none/out.txt' }
const position = (n: number | null): unknown => ({
  offsets: [
    { partition: { filename: '{dir}/in.txt' }, offset: n === null ? null : { position: n } },
  ],
})

/** The life of a few connectors, and whatever may be asked wrongly in it. */
export const script: readonly Step[] = [
  get('/'),
  get('/health'),
  ...lists,
  ...readsOf('@none'),
  ...changesOf('@none'),
  of('@none', 'POST', '/tasks', []),
  of('@none', 'PUT', '/fence'),
  // A source, created, changed and brought to an end.
  create('@source', sourceConfig),
  create('@source', sourceConfig),
  ...readsOf('@source'),
  ...lists,
  of('@source', 'POST', '/tasks', []),
  of('@source', 'PUT', '/fence'),
  of('@source', 'PATCH', '/offsets', position(7)),
  of('@source', 'PUT', '/config', { ...sourceConfig, 'batch.size': '50' }),
  of('@source', 'PUT', '/config', { ...sourceConfig, name: '@another' }),
  of('@source', 'PUT', '/config', without('topic', sourceConfig)),
  of('@source', 'PATCH', '/config', { 'batch.size': null, topic: '@second' }),
  ...readsOf('@source'),
  of('@source', 'PUT', '/pause'),
  of('@source', 'GET', '/status'),
  of('@source', 'PUT', '/config', { ...sourceConfig, 'batch.size': '60' }),
  of('@source', 'GET', '/tasks'),
  of('@source', 'PUT', '/resume'),
  of('@source', 'POST', '/restart'),
  of('@source', 'POST', '/restart?includeTasks=true'),
  of('@source', 'POST', '/tasks/0/restart'),
  of('@source', 'POST', '/tasks/7/restart'),
  of('@source', 'GET', '/tasks/7/status'),
  of('@source', 'PUT', '/stop'),
  ...readsOf('@source'),
  of('@source', 'PATCH', '/offsets', position(14)),
  of('@source', 'GET', '/offsets'),
  of('@source', 'PUT', '/resume'),
  of('@source', 'GET', '/offsets'),
  of('@source', 'PUT', '/topics/reset'),
  of('@source', 'GET', '/topics'),
  of('@source', 'PUT', '/stop'),
  of('@source', 'DELETE', '/offsets'),
  of('@source', 'GET', '/offsets'),
  // A sink with more tasks than partitions, and one that fails.
  create('@sink', { ...sinkConfig, 'tasks.max': '2' }),
  ...readsOf('@sink'),
  of('@sink', 'PUT', '/config', sinkConfig),
  of('@sink', 'GET', '/status'),
  create('@broken', brokenSink),
  of('@broken', 'GET', '/status'),
  of('@broken', 'POST', '/restart?includeTasks=true&onlyFailed=true'),
  of('@broken', 'DELETE'),
  ...lists,
  // What is created in another state.
  create('@paused', sourceConfig, 'PAUSED'),
  create('@stopped', sinkConfig, 'stopped'),
  ...['@paused', '@stopped'].flatMap(readsOf),
  of('@stopped', 'PUT', '/pause'),
  ...lists,
  create('@ bad', { ...sourceConfig, name: 'other' }),
  create('', sourceConfig),
  { method: 'POST', path: '/connectors', body: '{"name":' },
  of('@source', 'PUT', '/config', []),
  {
    method: 'PUT',
    path: '/connector-plugins/FileStreamSource/config/validate',
    body: { ...sourceConfig, name: '@source', topic: null },
  },
  { ...level, path: `${logger}?scope=cluster` },
  get(logger),
  { ...level, path: logger, body: { level: 'LOUD' } },
  ...['@source', '@sink', '@paused', '@stopped'].map((name) => of(name, 'DELETE')),
  ...lists,
]

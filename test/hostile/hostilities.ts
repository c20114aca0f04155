/** What must come of a misdeed. Traces and messages are looked for in what REST or the log says. */
export type Outcome =
  /** The task is FAILED, and its trace names the cause. */
  | { readonly taskFails: RegExp }
  /** The connector is FAILED, and its trace names the cause. */
  | { readonly connectorFails: RegExp }
  /** The request has this status and message for an answer; the connector is there, and FAILED, where `failed` is its trace. */
  | { readonly refused: number; readonly because: RegExp; readonly failed?: RegExp }
  /** It comes to light once the connector is deleted, and in the log alone. */
  | { readonly deletedWith: RegExp }

export interface Hostility {
  readonly name: string
  /** The connector's configuration; topics are added. */
  readonly config: Config
  readonly outcome: Outcome
  /** How often the healthy tasks have to go on in another thread for it; 0 where it is left out. */
  readonly moves?: number
}

type Config = Readonly<Record<string, string>>

export const source: Config = { 'connector.class': 'com.example.HostileSourceConnector' }
export const sink: Config = { 'connector.class': 'com.example.HostileSinkConnector' }

/** A misdeed of the tasks. */
export function task(base: Config, at: string, misdeed: string): Config {
  return { ...base, 'task.misdeed': misdeed, 'task.misdeed.at': at }
}

export function connector(at: string, misdeed: string): Config {
  return { ...source, 'connector.misdeed': misdeed, 'connector.misdeed.at': at }
}

export function converter(
  at: 'configure' | 'fromConnectData' | 'toConnectData' | 'close',
  misdeed: string,
): Config {
  return {
    ...(at === 'toConnectData' ? sink : source),
    'value.converter': 'com.example.HostileConverter',
    'value.converter.misdeed': misdeed,
    'value.converter.misdeed.at': at,
  }
}

export function transformation(at: 'apply' | 'configure' | 'close', misdeed: string): Config {
  return {
    ...source,
    transforms: 'bad',
    'transforms.bad.type': 'com.example.HostileTransformation',
    'transforms.bad.misdeed': misdeed,
    'transforms.bad.misdeed.at': at,
  }
}

export function predicate(misdeed: string): Config {
  return {
    ...transformation('apply', 'none'),
    'transforms.bad.predicate': 'bad',
    predicates: 'bad',
    'predicates.bad.type': 'com.example.HostilePredicate',
    'predicates.bad.misdeed': misdeed,
    'predicates.bad.misdeed.at': 'test',
  }
}

const calledExit = /The plugin called process\.exit\(7\)/

/** The trace says what the plugin called, and where in it. */
function exitIn(call: string): RegExp {
  return new RegExp(`${calledExit.source}[^]*\\tat (async )?${call.replaceAll('.', '\\.')} `)
}

/** Each place that calls `process.exit`, and where its trace says so. */
const taskExits: readonly Hostility[] = (
  [
    ['start of a source', task(source, 'start', 'exit'), 'HostileSourceTask.start'],
    ['poll', task(source, 'poll', 'exit'), 'HostileSourceTask.poll'],
    ['commit', task(source, 'commit', 'exit'), 'HostileSourceTask.commit'],
    ['commitRecord', task(source, 'commitRecord', 'exit'), 'HostileSourceTask.commitRecord'],
    ['start of a sink', task(sink, 'start', 'exit'), 'HostileSinkTask.start'],
    ['open', task(sink, 'open', 'exit'), 'HostileSinkTask.open'],
    ['put', task(sink, 'put', 'exit'), 'HostileSinkTask.put'],
    ['flush', task(sink, 'flush', 'exit'), 'HostileSinkTask.flush'],
    [
      'a converter that writes',
      converter('fromConnectData', 'exit'),
      'HostileConverter.fromConnectData',
    ],
    [
      'a converter that reads',
      converter('toConnectData', 'exit'),
      'HostileConverter.toConnectData',
    ],
    ['a transformation', transformation('apply', 'exit'), 'HostileTransformation.apply'],
    [
      'configure of a transformation',
      transformation('configure', 'exit'),
      'HostileTransformation.configure',
    ],
    ['a predicate', predicate('exit'), 'HostilePredicate.test'],
  ] as const
).map(([place, config, call]) => ({
  name: `process.exit in ${place} fails the task, and its trace leads to ${call}`,
  config,
  outcome: { taskFails: exitIn(call) },
}))

const connectorExits: readonly Hostility[] = [
  {
    name: 'process.exit in validate is the answer to the request',
    config: connector('validate', 'exit'),
    outcome: { refused: 500, because: calledExit },
  },
  {
    name: 'process.exit in start fails the connector',
    config: connector('start', 'exit'),
    outcome: { refused: 500, because: calledExit, failed: exitIn('HostileSourceConnector.start') },
  },
  {
    name: 'process.exit in taskConfigs fails the connector',
    config: connector('taskConfigs', 'exit'),
    outcome: {
      refused: 500,
      because: calledExit,
      failed: exitIn('HostileSourceConnector.taskConfigs'),
    },
  },
]

export const exits: readonly Hostility[] = [...taskExits, ...connectorExits]

/** What surfaces beside the calls of the worker, from a timer: the misdeed, and what is said of it. */
const strays = [
  ['process.exit', 'exitLater', calledExit],
  [
    "an 'error' event that nobody listens to",
    'errorEvent',
    /Nothing in the plugin handled an error that .*: a stray event\n/,
  ],
  [
    'a rejection that nobody handles',
    'rejection',
    /Nothing in the plugin handled a rejected promise: nobody handles this\n/,
  ],
] as const

export const strayErrors: readonly Hostility[] = strays.flatMap(([what, misdeed, says]) => [
  ...(
    [
      ['start of a source', task(source, 'start', misdeed)],
      ['poll', task(source, 'poll', misdeed)],
      ['put', task(sink, 'put', misdeed)],
      ['a converter', converter('toConnectData', misdeed)],
      ['a transformation', transformation('apply', misdeed)],
    ] as const
  ).map(([place, config]) => ({
    name: `${what}, a while after ${place}, fails the task that began it`,
    config,
    outcome: { taskFails: says },
  })),
  {
    name: `${what}, a while after start of a connector, fails the connector`,
    config: connector('start', misdeed),
    outcome: { connectorFails: says },
  },
  {
    name: `${what}, a while after validate, concerns no one`,
    config: connector('validate', misdeed),
    outcome: { deletedWith: says },
  },
  ...(
    [
      ['a source', task(source, 'stop', misdeed)],
      ['a sink', task(sink, 'stop', misdeed)],
      ['a connector', connector('stop', misdeed)],
    ] as const
  ).map(([whose, config]) => ({
    name: `${what}, after ${whose} has stopped, is logged and concerns no one`,
    config,
    outcome: { deletedWith: says },
  })),
])

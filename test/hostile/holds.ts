import {
  connector,
  converter,
  predicate,
  sink,
  source,
  task,
  transformation,
} from './hostilities.ts'
import type { Hostility } from './hostilities.ts'

const held = String.raw`The thread (task|connector)-thread-\d+ was ended because its event loop had stood still for \d+ ms`
const outOfMemory = String.raw`The thread task-thread-\d+ ran out of memory: its heap may hold 64 MB`
const tooManyBuffers = String.raw`The thread task-thread-\d+ was ended because it held \d+ MB outside of its JavaScript heap`
const bothConverters = 'key.converter=.*StringConverter, value.converter=.*Converter'

/** The trace says that the thread ended, why, and which call of the task it was in. */
function endedIn(why: string, call: string): RegExp {
  return new RegExp(
    `ConnectException: Task \\S+bad-\\d+-0 ended with its thread: ${why}.* It was in ${call}`,
  )
}

const ofSource = 'com\\.example\\.HostileSourceConnector'
const ofSink = 'com\\.example\\.HostileSinkConnector'
const recordPlugins = `its transformations and converters \\(${bothConverters}\\)`
const ofTransformation = `its transformations and converters \\(transforms\\.bad=com\\.example\\.HostileTransformation, ${bothConverters}\\)`

/** Calls that hold the thread until it is ended, and how the trace calls them. */
export const taskHolds: readonly Hostility[] = (
  [
    ['start of a source', task(source, 'start', 'spin'), `start of ${ofSource}`],
    ['poll', task(source, 'poll', 'spin'), `poll of ${ofSource}`],
    ['commit', task(source, 'commit', 'spin'), `commit of ${ofSource}`],
    ['start of a sink', task(sink, 'start', 'spin'), `start of ${ofSink}`],
    ['open', task(sink, 'open', 'spin'), `open of ${ofSink}`],
    ['put', task(sink, 'put', 'spin'), `put of ${ofSink}`],
    ['flush', task(sink, 'flush', 'spin'), `preCommit of ${ofSink}`],
    ['commitRecord', task(source, 'commitRecord', 'spin'), `commitRecord of ${ofSource}`],
    ['configure of a converter', converter('configure', 'spin'), `configure of ${recordPlugins}`],
    // The first record for a topic waits for that.
    ['a converter that writes', converter('fromConnectData', 'spin'), recordPlugins],
    ['a converter that reads', converter('toConnectData', 'spin'), recordPlugins],
    ['a transformation', transformation('apply', 'spin'), ofTransformation],
    ['a predicate', predicate('spin'), ofTransformation],
    ['poll, that waits for an atomic', task(source, 'poll', 'wait'), `poll of ${ofSource}`],
    ['put, that waits for an atomic', task(sink, 'put', 'wait'), `put of ${ofSink}`],
  ] as const
).map(([place, config, call]) => ({
  name: `a busy loop in ${place} fails the task`,
  config,
  outcome: { taskFails: endedIn(held, call) },
  moves: 1,
}))

/** A task that is being stopped is no longer there to fail: the thread's end is in the log. */
export const stopHolds: readonly Hostility[] = (
  [
    ['stop of a source', task(source, 'stop', 'spin')],
    ['close of a sink', task(sink, 'close', 'spin')],
    ['stop of a sink', task(sink, 'stop', 'spin')],
    ['close of a transformation', transformation('close', 'spin')],
  ] as const
).map(([place, config]) => ({
  name: `a busy loop in ${place} ends the thread, and the deletion is answered`,
  config,
  outcome: { deletedWith: new RegExp(held) },
  moves: 1,
}))

/** Thread and task end at once, by themselves. */
export const deaths: readonly Hostility[] = [
  ...(
    [
      ['poll', task(source, 'poll', 'reallyExit'), ofSource],
      ['put', task(sink, 'put', 'reallyExit'), ofSink],
    ] as const
  ).map(([place, config, of]) => ({
    name: `process.reallyExit in ${place} fails the task`,
    config,
    outcome: {
      taskFails: endedIn(
        String.raw`The thread task-thread-\d+ ended with exit code 7`,
        `${place} of ${of}`,
      ),
    },
    moves: 1,
  })),
  {
    name: 'a child process that poll waits for fails the task',
    config: task(source, 'poll', 'exec'),
    outcome: { taskFails: endedIn(held, `poll of ${ofSource}`) },
    moves: 1,
  },
]

/**
 * What happens between calls, or after the first wait of one, and a heap that is full are nobody's at first: then each task gets a thread of its own, and
 * the next time it is known.
 */
export const namelessHolds: readonly Hostility[] = (
  [
    ['a busy loop in poll, after a wait,', task(source, 'poll, after a wait', 'spin'), held],
    ['a busy loop in put, after a wait,', task(sink, 'put, after a wait', 'spin'), held],
    // On a slow machine the watchdog is sooner.
    ['a heap that grows without end in put', task(sink, 'put', 'heap'), `(${outOfMemory}|${held})`],
    [
      'a heap that grows with every poll',
      task(source, 'poll', 'heapByAndBy'),
      `(${outOfMemory}|${held})`,
    ],
    ['a plugin whose Buffers grow without end', task(source, 'poll', 'buffers'), tooManyBuffers],
  ] as const
).map(([what, config, why]) => ({
  name: `${what} fails the task, if need be in a thread of its own`,
  config,
  outcome: { taskFails: new RegExp(`Task \\S+bad-\\d+-0 ended with its thread: ${why}`) },
  moves: 1,
}))

export const connectorHolds: readonly Hostility[] = [
  {
    name: 'a busy loop in validate is the answer to the request',
    config: connector('validate', 'spin'),
    outcome: { refused: 500, because: new RegExp(held) },
  },
  ...['start', 'taskConfigs'].map((at) => ({
    name: `a busy loop in ${at} of a connector fails the connector`,
    config: connector(at, 'spin'),
    outcome: {
      refused: 500,
      because: new RegExp(held),
      failed: new RegExp(`ConnectException: Connector \\S+bad-\\d+ ended with its thread: ${held}`),
    },
  })),
  {
    name: 'a busy loop in stop of a connector ends the thread of the connectors, and the deletion is answered',
    config: connector('stop', 'spin'),
    outcome: { deletedWith: new RegExp(held) },
  },
]

import { expect, test } from 'vitest'
import type { Instantiate } from '../../src/runtime/converters.ts'
import { openTaskPlugins } from '../../src/runtime/task-plugins.ts'
import type { TaskStage } from '../../src/messages/stages.ts'
import { createLogger, setLogSink } from '../../src/util/logger.ts'
import { fakePlugins } from './fakes.ts'

test('every plugin is configured and closed as a call of its task, and one that throws keeps no other from it', async () => {
  const calls: string[] = []
  const lines: string[] = []
  setLogSink(({ message }) => lines.push(message))
  let open: TaskStage | null = null
  const instantiate = ((type: string, name: string) =>
    Promise.resolve({
      className: name,
      instance: {
        configure: () => calls.push(`${open ?? 'outside'} ${name}`),
        close: () => {
          calls.push(`${open ?? 'outside'} ${name}`)
          if (type !== 'header_converter') throw new Error('a hostile error')
        },
      },
    })) as unknown as Instantiate
  const plugins = await openTaskPlugins({
    instantiate,
    connectorConfig: {
      ...{ transforms: 't', 'transforms.t.type': 'T', 'transforms.t.predicate': 'p' },
      ...{ predicates: 'p', 'predicates.p.type': 'P' },
    },
    workerConfig: { 'key.converter': 'K', 'value.converter': 'V', 'header.converter': 'H' },
    context: '',
    keeping: fakePlugins().keeping,
    taskId: 'orders-0',
    logger: createLogger('task'),
    call: (stage, call) => {
      open = stage
      try {
        return call()
      } finally {
        open = null
      }
    },
  })
  const names = ['K', 'V', 'H', 'P', 'T']
  expect(calls).toEqual(names.map((name) => `configure ${name}`))
  calls.length = 0
  plugins.close()
  expect(calls.sort()).toEqual(names.map((name) => `release ${name}`).sort())
  const failed = lines.filter((line) => /^Closing [KVTP] failed\.$/.test(line))
  expect(failed).toHaveLength(4)
})

test('each plugin is of the version that stands beside its class; a converter of the worker of the worker’s', async () => {
  const asked: string[] = []
  const settings: unknown[] = []
  const instantiate = ((type: string, name: string, version?: string) => {
    asked.push(`${type} ${name} ${version ?? 'newest'}`)
    const instance = { configure: (props: unknown) => settings.push(props) }
    return Promise.resolve({ className: name, instance })
  }) as unknown as Instantiate
  await openTaskPlugins({
    instantiate,
    connectorConfig: {
      'key.converter': 'K',
      'key.converter.plugin.version': '[1.0,2.0)',
      // Of no effect, since the converter is the worker's.
      'value.converter.plugin.version': '9',
      'header.converter': 'H',
      transforms: 't,u',
      'transforms.t.type': 'T',
      'transforms.t.plugin.version': '1.9',
      'transforms.t.predicate': 'p',
      'transforms.u.type': 'T',
      predicates: 'p',
      'predicates.p.type': 'P',
      'predicates.p.plugin.version': '(,2]',
    },
    workerConfig: {
      'key.converter': 'W',
      'key.converter.plugin.version': '7',
      'value.converter': 'V',
      'value.converter.plugin.version': '3',
      'header.converter.plugin.version': '8',
    },
    context: '',
    keeping: fakePlugins().keeping,
    taskId: 'orders-0',
    logger: createLogger('task'),
    call: (_stage, call) => call(),
  })
  expect(asked).toEqual([
    'converter K [1.0,2.0)',
    'converter V 3',
    'header_converter H newest',
    'predicate P (,2]',
    'transformation T 1.9',
    'transformation T newest',
  ])
  expect(settings.slice(3)).toEqual([{}, {}, {}])
})

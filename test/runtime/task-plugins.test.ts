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

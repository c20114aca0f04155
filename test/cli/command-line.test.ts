import { expect, test } from 'vitest'
import { parseCommandLine } from '../../src/cli/command-line.ts'
import { ignoredEnvironment } from '../../src/cli/ignored-environment.ts'

test.each([[[]], [['--help']], [['worker.properties', '--help']]])(
  '%j asks for the usage',
  (args) => {
    expect(parseCommandLine(args)).toEqual({ kind: 'usage' })
  },
)

test('the first file is the worker, every other a connector', () => {
  expect(parseCommandLine(['w', 'a', 'b'])).toEqual({
    kind: 'run',
    workerFile: 'w',
    connectorFiles: ['a', 'b'],
  })
})

test('an empty worker file is an empty configuration, not a missing argument', () => {
  expect(parseCommandLine([''])).toEqual({ kind: 'run', workerFile: '', connectorFiles: [] })
})

test.each([
  [{}, null],
  [{ JAVA_HOME: '/j', KAFKA_OPTS: '' }, null],
  [{ KAFKA_HEAP_OPTS: '-Xmx1G' }, /^KAFKA_HEAP_OPTS is set for a JVM and has no effect/],
  [{ JMX_PORT: '1', KAFKA_HEAP_OPTS: '-Xmx1G' }, /^KAFKA_HEAP_OPTS, JMX_PORT are set for a JVM/],
])('of the environment %j what has no effect is named once', (env, expected) => {
  const sentence = ignoredEnvironment(env)
  if (expected === null) expect(sentence).toBeNull()
  else expect(sentence).toMatch(expected)
})

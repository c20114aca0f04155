import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { Loggers } from '../../src/herder/loggers.ts'
import { threadLoggers } from '../../src/herder/thread-loggers.ts'
import { loggerNames, setLogLevel } from '../../src/util/log-levels.ts'
import { createLogger, setLogSink } from '../../src/util/logger.ts'

const applied: string[] = []
const loggers = new Loggers((logger, level) => {
  applied.push(`${logger} ${level}`)
  setLogLevel(logger, level)
})

beforeEach(() => {
  setLogSink(() => undefined)
  loggers.setLevel('root', 'INFO')
  applied.length = 0
})

describe('a level is set as by the Java worker:', () => {
  test('for a name that is new it is set, and the name is known from then on', () => {
    expect(loggers.level('com.example.new')).toBeNull()
    expect(loggers.setLevel('com.example.new', 'DEBUG')).toEqual(['com.example.new'])
    expect(loggers.level('com.example.new')?.level).toBe('DEBUG')
    expect(loggers.level('com.example.new.below')).toBeNull()
  })

  test('for the level there is already nothing changes, but the name is known', () => {
    expect(loggers.setLevel('com.example.same', 'INFO')).toEqual([])
    expect(loggers.level('com.example.same')).toEqual({ level: 'INFO', last_modified: null })
  })

  test('for every name that begins so, as text, by name', () => {
    loggers.setLevel('com.prefixed.b', 'DEBUG')
    loggers.setLevel('com.prefixed', 'ERROR')
    expect(loggers.setLevel('com.prefix', 'WARN')).toEqual([
      'com.prefix',
      'com.prefixed',
      'com.prefixed.b',
    ])
    expect(applied).toContain('com.prefixed.b WARN')
  })

  test('for the root logger, in any case, it is set for all', () => {
    loggers.setLevel('com.deep', 'DEBUG')
    const changed = loggers.setLevel('ROOT', 'ERROR')
    expect(changed).toEqual([...loggerNames(), 'root'].sort())
    expect(loggers.level('rooT')?.level).toBe('ERROR')
    expect(loggers.level('com.deep')?.level).toBe('ERROR')
  })

  test('the time of the change is that of the last one that changed something', () => {
    loggers.setLevel('com.timed', 'DEBUG')
    const before = loggers.level('com.timed')
    expect(before?.last_modified).toBeGreaterThan(Date.now() - 10_000)
    loggers.setLevel('com.timed', 'DEBUG')
    expect(loggers.level('com.timed')).toEqual(before)
  })

  test('a logger that is off is not listed, but can be asked for', () => {
    loggers.setLevel('com.quiet', 'OFF')
    expect(Object.keys(loggers.all())).not.toContain('com.quiet')
    expect(loggers.level('com.quiet')?.level).toBe('OFF')
    loggers.setLevel('root', 'OFF')
    expect(loggers.all()).toEqual({})
  })

  test('a logger created later has the level of the nearest name above it', () => {
    loggers.setLevel('com.later', 'DEBUG')
    const logger = createLogger('com.later.Born')
    expect([logger.isEnabled('DEBUG'), logger.isEnabled('TRACE')]).toEqual([true, false])
    loggers.setLevel('com.later', 'WARN')
    expect([logger.isEnabled('WARN'), logger.isEnabled('INFO')]).toEqual([true, false])
  })
})

test.each([
  'org.apache.kafka.connect.runtime.WorkerSinkTask',
  'org.apache.kafka.connect.runtime.WorkerSourceTask',
  'org.apache.kafka.connect.runtime.WorkerConnector',
  'org.apache.kafka.clients.consumer.internals.ConsumerCoordinator',
  'org.apache.kafka.clients.producer.internals.Sender',
  'org.apache.kafka.clients.NetworkClient',
])('%s can be asked for before anything runs', (name) => {
  expect(loggers.level(name)?.level).toBe('INFO')
})

test('the loggers of plugin threads that are known from the start are all in the code', () => {
  const root = fileURLToPath(new URL('../../src/', import.meta.url))
  const found = ['runtime', 'kafka'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const code = readFileSync(path.join(root, folder, file), 'utf8')
        return [...code.matchAll(/(?:createLogger\(\s*|source: |sink: )'(org\.apache\.[^']+)'/g)]
      })
      .map(([, name = '']) => name),
  )
  expect(threadLoggers.filter((name) => !found.includes(name))).toEqual([])
})

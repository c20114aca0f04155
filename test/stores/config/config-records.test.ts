import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeConfigRecord, readConfigRecord } from '../../../src/stores/config/config-records.ts'
import type { ConfigRecord } from '../../../src/stores/config/config-records.ts'

interface RecordedRecord {
  readonly key: string
  readonly value: string | null
}

const fixtures = path.join(import.meta.dirname, '../../fixtures/java-connect')

describe.each(['topics', 'exactly-once'])('the topic that Java wrote: %s', (folder) => {
  const lines = readFileSync(path.join(fixtures, folder, 'connect-configs.jsonl'), 'utf8')
  const records = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedRecord)

  test.each(records)('$key is read, and written again with the same bytes', ({ key, value }) => {
    const record = readConfigRecord(key, value === null ? null : Buffer.from(value))
    if (record.kind === 'invalid') throw new Error(record.problem)
    const written = encodeConfigRecord(record)
    expect([written.key, written.value?.toString() ?? null]).toEqual([key, value])
  })
})

const cases: readonly (readonly [string, string | null, ConfigRecord])[] = [
  [
    'target-state-f',
    '{"state":"PAUSED","state.v2":"STOPPED"}',
    { kind: 'target-state', connector: 'f', state: 'STOPPED' },
  ],
  ['target-state-f', null, { kind: 'target-state', connector: 'f', state: null }],
  [
    'connector-a-b',
    '{"properties":{"name":"a-b","x":null}}',
    { kind: 'connector', connector: 'a-b', config: { name: 'a-b', x: null } },
  ],
  ['connector-f', null, { kind: 'connector', connector: 'f', config: null }],
  [
    'task-a-1-0',
    '{"properties":{"task.class":"T"}}',
    { kind: 'task', connector: 'a-1', task: 0, config: { 'task.class': 'T' } },
  ],
  ['commit-f', '{"tasks":1}', { kind: 'commit', connector: 'f', tasks: 1 }],
  ['tasks-fencing-f', '{"task-count":1}', { kind: 'fencing', connector: 'f', tasks: 1 }],
  [
    'session-key',
    '{"key":"AAEC","algorithm":"HmacSHA256","creation-timestamp":1700000000000}',
    {
      kind: 'session-key',
      sessionKey: { key: 'AAEC', algorithm: 'HmacSHA256', createdAt: 1_700_000_000_000 },
    },
  ],
  [
    'restart-connector-f',
    '{"include-tasks":true,"only-failed":false}',
    { kind: 'restart', connector: 'f', includeTasks: true, onlyFailed: false },
  ],
  [
    'logger-cluster-org.apache.kafka',
    '{"level":"DEBUG"}',
    { kind: 'logger', logger: 'org.apache.kafka', level: 'DEBUG' },
  ],
]

describe('a record of the topic of configurations', () => {
  test.each(cases)('%s %s is written and read', (key, value, record) => {
    const written = encodeConfigRecord(record)
    expect([written.key, written.value?.toString() ?? null]).toEqual([key, value])
    expect(readConfigRecord(key, value === null ? null : Buffer.from(value))).toEqual(record)
  })

  test.each([
    ['target-state-f', '{"state":"PAUSED"}', { state: 'PAUSED' }],
    ['restart-connector-f', '{"include-tasks":"yes"}', { includeTasks: false, onlyFailed: false }],
    ['task-f-0', '{"properties":{"a":"1"},"more":1}', { config: { a: '1' } }],
  ])('%s of an older or newer worker is read: %s', (key, value, expected) => {
    expect(readConfigRecord(key, Buffer.from(value))).toMatchObject(expected)
  })

  test.each([
    ['something', '{}', 'Discarding config update record with invalid key: something'],
    [null, '{}', 'Discarding config update record with invalid key: null'],
    ['target-state-f', '{"state":"DANCING"}', 'DANCING'],
    ['target-state-f', '[]', 'undefined'],
    ['connector-f', '{"properties":{"a":1}}', 'should be an object of texts'],
    ['connector-f', '"text"', 'should be an object of texts'],
    ['task-f-x', '{"properties":{}}', 'names no task'],
    ['task-0', '{"properties":{}}', 'names no task'],
    ['task-f-0', null, 'should be an object of texts'],
    ['commit-f', '{"tasks":1.5}', 'no count'],
    ['commit-f', '{"tasks":-1}', 'no count'],
    ['tasks-fencing-f', null, 'no count'],
    ['restart-connector-f', null, 'it is empty'],
    ['session-key', '{"key":"AA","algorithm":"H","creation-timestamp":1.5}', 'session key'],
    ['logger-cluster-x', '{"level":1}', 'should be a text'],
  ])('%s %s is told of, and counts as read', (key, value, problem) => {
    const read = readConfigRecord(key, value === null ? null : Buffer.from(value))
    expect(read).toMatchObject({ kind: 'invalid', counts: true })
    expect(read).toHaveProperty('problem', expect.stringContaining(problem))
  })

  test('a value that is no JSON does not count as read, as with Java', () => {
    expect(readConfigRecord('connector-f', Buffer.from('{'))).toMatchObject({ counts: false })
  })
})

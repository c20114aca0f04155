import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeStatusRecord, readStatusRecord } from '../../../src/stores/status/status-records.ts'
import type { StatusRecord } from '../../../src/stores/status/status-records.ts'

const fixtures = path.join(import.meta.dirname, '../../fixtures/java-connect')
const records = ['topics', 'exactly-once'].flatMap((folder) =>
  readFileSync(path.join(fixtures, folder, 'connect-status.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly key: string; readonly value: string | null }),
)

const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text))

describe('a record of the topic of statuses', () => {
  test.each(records)('that Java wrote is read and written again: $key', ({ key, value }) => {
    const record = readStatusRecord(key, bytes(value))
    if (record === null) throw new Error('It was not understood.')
    const written = encodeStatusRecord(record)
    expect([written.key, written.value?.toString() ?? null]).toEqual([key, value])
  })

  const status = { state: 'FAILED', trace: 'x', workerId: 'h:1', generation: 3, version: null }
  test.each([
    [
      'status-task-a-b-1',
      '{"state":"FAILED","trace":"x","worker_id":"h:1","generation":3}',
      { kind: 'task', connector: 'a-b', task: 1, status },
    ],
    ['status-connector-f', null, { kind: 'connector', connector: 'f', status: null }],
    [
      'status-topic-t:connector-a:connector-b',
      '{"topic":{"name":"t","connector":"a:connector-b","task":0,"discoverTimestamp":17}}',
      {
        kind: 'topic',
        connector: 'a:connector-b',
        topic: 't',
        status: { topic: 't', connector: 'a:connector-b', task: 0, discoveredAt: 17 },
      },
    ],
  ] as const)('%s %s is understood', (key, value, expected: unknown) => {
    expect(readStatusRecord(key, bytes(value))).toEqual(expected as StatusRecord)
  })

  test.each([
    [null, '{}'],
    ['other', '{}'],
    ['status-connector-f', '{'],
    ['status-connector-f', '{"state":"DESTROYED","worker_id":"h:1","generation":1}'],
    ['status-connector-f', '{"state":"RUNNING","generation":1}'],
    ['status-connector-f', '{"state":"RUNNING","worker_id":"h:1","generation":1.5}'],
    ['status-task-f', '{"state":"RUNNING","worker_id":"h:1","generation":1}'],
    ['status-task-f-x', null],
    ['status-topic-t', null],
    ['status-topic-t:f', null],
    ['status-topic-t:connector-f', '{"topic":{"name":"t"}}'],
  ])('%s %s is left where it stands', (key, value) => {
    expect(readStatusRecord(key, bytes(value))).toBeNull()
  })
})

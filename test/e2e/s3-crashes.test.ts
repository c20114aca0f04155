import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startS3 } from '../services/s3/versitygw.ts'
import type { RunningS3 } from '../services/s3/versitygw.ts'
import { crashTopic, killAt, stopAt } from '../support/s3-crashes.ts'
import type { CrashTopic } from '../support/s3-crashes.ts'
import { topicPrefix } from '../support/topics.ts'

let s3: RunningS3
let parts: CrashTopic

beforeAll(async () => {
  s3 = await startS3()
  const size = { objects: 2, recordBytes: 2_500_000 }
  parts = await crashTopic(s3, `${topicPrefix('s3-crash')}parts`, size)
}, 900_000)
afterAll(() => s3[Symbol.asyncDispose]())

test('an object of several parts is one object', () => {
  expect(parts.expected.size).toBe(2)
})

describe.concurrent('a worker whose object is half uploaded', () => {
  test('is killed: the next one makes the same objects, and ends what was begun', async () => {
    await killAt(s3, parts, { step: 'part', when: 'after', skip: 0 })
  })

  test('stands still while another takes over: it replaces nothing when it wakes', async () => {
    await stopAt(s3, parts, { step: 'complete', when: 'before', skip: 0 })
  })
})

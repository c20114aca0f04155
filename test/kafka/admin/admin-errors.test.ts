import {
  KafkaJSConnectionError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/errors/connect-error.ts'
import { adminErrors } from '../../../src/kafka/admin/admin-errors.ts'
import { codeOf } from '../../../src/kafka/protocol/errors.ts'

const servers = [{ host: 'a', port: 1 }]

describe('errors of kafkajs', () => {
  test('one with a code is that error of the broker, also behind counted retries', () => {
    const original = new KafkaJSProtocolError({
      message: 'no',
      type: 'X',
      code: 29,
    } as unknown as Error)
    for (const error of [
      original,
      new KafkaJSNumberOfRetriesExceeded(original, { retryCount: 5, retryTime: 1 }),
      Object.assign(new Error('several'), { errors: [original] }),
    ]) {
      const ours = adminErrors(error, 'Cannot create topic t', servers)
      expect(codeOf(ours)).toBe(29)
      expect(ours.message).toMatch(/^Cannot create topic t: Topic authorization failed/)
    }
  })

  test('one of the connection names the bootstrap servers and may be tried again', () => {
    const ours = adminErrors(
      new KafkaJSConnectionError('refused'),
      'Cannot create topic t',
      servers,
    )
    expect(ours.message).toMatch(/cannot reach any of the bootstrap servers a:1: refused/)
    expect(isRetriable(ours)).toBe(true)
  })

  test('any other keeps its text', () => {
    const ours = adminErrors(new Error('odd'), 'Cannot create topic t', servers)
    expect(ours.message).toBe('Cannot create topic t: odd')
    expect(codeOf(ours)).toBeUndefined()
  })
})

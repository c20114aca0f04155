import { describe, expect, test } from 'vitest'
import { isRetriable, traceOf } from '../../../src/errors/connect-error.ts'
import {
  brokerError,
  codeOf,
  ErrorCode,
  errorInfo,
  isRetriableCode,
} from '../../../src/kafka/protocol/errors.ts'

describe('broker errors', () => {
  test.each([
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, true],
    [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, true],
    [ErrorCode.NOT_ENOUGH_REPLICAS, true],
    [ErrorCode.TOPIC_AUTHORIZATION_FAILED, false],
    [ErrorCode.MESSAGE_TOO_LARGE, false],
    [ErrorCode.REBALANCE_IN_PROGRESS, false],
    [ErrorCode.UNKNOWN_SERVER_ERROR, false],
  ])('code %i is retriable: %s', (code, retriable) => {
    expect(isRetriableCode(code)).toBe(retriable)
    expect(isRetriable(brokerError(code, 'Cannot write'))).toBe(retriable)
  })

  test('our names are those of the protocol', () => {
    for (const [name, code] of Object.entries(ErrorCode)) {
      if (code !== 0) expect(errorInfo(code).name).toBe(name)
    }
  })

  test('an error says what was tried, carries its code, and is named as Java names it', () => {
    const error = brokerError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'Cannot write to orders-0')
    expect(error.message).toBe(
      'Cannot write to orders-0: Topic authorization failed. (TOPIC_AUTHORIZATION_FAILED)',
    )
    expect(codeOf(error)).toBe(29)
    expect(codeOf(new Error('other'))).toBeUndefined()
    expect(traceOf(error)).toMatch(
      /^org\.apache\.kafka\.common\.errors\.TopicAuthorizationException: /,
    )
  })

  test('a code of a newer broker is an unknown server error', () => {
    expect(brokerError(9999, 'Cannot write').message).toContain('unknown error code 9999')
  })
})

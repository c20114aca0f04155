import { describe, expect, test } from 'vitest'
import { isRetriable } from '../../../src/api/index.ts'
import { errorOf, isStandby } from '../../../connectors/hdfs/webhdfs/remote-exception.ts'

const of = (exception: string, message: string, status = 403): Error | null => {
  const body = JSON.stringify({ RemoteException: { exception, message } })
  return errorOf({ status, body: Buffer.from(body) }, 'write /a')
}

describe('what HDFS refuses', () => {
  test.each([
    ['IOException', 'Failed to find datanode, suggest to check cluster health.'],
    ['RemoteException', 'Cannot create file/a. Name node is in safe mode.'],
    ['SafeModeException', 'Cannot create file/a.'],
  ])('passes by itself: %s: %s', (exception, message) => {
    expect(isRetriable(of(exception, message))).toBe(true)
  })

  test.each([
    ['IOException', 'Invalid path name'],
    ['RemoteException', 'Permission denied'],
    ['AccessControlException', 'Permission denied'],
  ])('stays: %s: %s', (exception, message) => {
    expect(isRetriable(of(exception, message))).toBe(false)
  })

  test.each([408, 429, 502, 503, 504])('passes where a gateway says %i', (status) => {
    const error = errorOf({ status, body: Buffer.from('<html>') }, 'write /a')
    expect(isRetriable(error)).toBe(true)
  })

  test.each([400, 404, 500])('stays where it is HTML with %i', (status) => {
    const error = errorOf({ status, body: Buffer.from('<html>') }, 'write /a')
    expect(isRetriable(error)).toBe(false)
  })

  test.each([
    ['StandbyException', 'Operation category WRITE is not supported in state standby'],
    ['RemoteException', 'Operation category WRITE is not supported in state standby'],
    ['RemoteException', 'Operation category WRITE is not supported in state observer'],
    ['ObserverRetryOnActiveException', 'Zero blocklocations for /a'],
  ])('is for another NameNode: %s: %s', (exception, message) => {
    expect(isStandby(of(exception, message))).toBe(true)
  })
})

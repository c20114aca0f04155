import { describe, expect, test, vi } from 'vitest'
import { put, reach, setUp, signal } from './set-up.ts'

const failure = { javaName: 'E', message: 'gone', trace: 'gone', retriable: false }

describe('a connector that is resumed', () => {
  test('has its tasks again where it had failed before it was stopped', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    worker.listener.connectorStatus('a', 'FAILED', failure)
    await herder.stopConnector('a', signal)
    await reach(herder, 'STOPPED')
    await herder.resumeConnector('a', signal)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(worker.violations).toEqual([])
  })

  test('has its tasks again where its thread ended while it was resumed', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    await herder.stopConnector('a', signal)
    await reach(herder, 'STOPPED')
    vi.spyOn(worker, 'setConnectorState').mockImplementationOnce((name) => {
      worker.listener.connectorStatus(name, 'RUNNING') // Started anew, on another thread.
      return Promise.reject(new Error('The thread has ended.'))
    })
    await herder.resumeConnector('a', signal)
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })
})

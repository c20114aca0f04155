import { describe, expect, test, vi } from 'vitest'
import { deferred, put, reach, rejection, setUp, signal } from './set-up.ts'

describe('the health of a connector', () => {
  test('says that it is starting while it does', async () => {
    const slow = deferred()
    const { herder } = setUp({ start: () => slow.promise })
    const creating = put(herder)
    await vi.waitFor(() => expect(herder.connectors()).toEqual(['a']))
    expect(herder.connectorHealth('a')).toMatchObject({
      healthy: false,
      status: 'starting',
      reason: 'The connector: It is starting.',
      connector: { state: 'UNASSIGNED' },
      tasks: [],
    })
    slow.resolve()
    await creating
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(herder.connectorHealth('a').healthy).toBe(true)
  })

  test('shows tasks that are starting, which have no status yet', async () => {
    const slow = deferred()
    const { herder } = setUp({ startTask: () => slow.promise })
    await put(herder)
    expect(herder.connectorStatus('a').tasks).toEqual([])
    const starting = { state: 'UNASSIGNED', worker_id: 'host:8083', status: 'starting' }
    expect(herder.connectorHealth('a').tasks).toMatchObject([
      { id: 0, ...starting },
      { id: 1, ...starting },
    ])
    slow.resolve()
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(herder.connectorHealth('a').healthy).toBe(true)
  })

  test('says why it has no tasks, until it has them', async () => {
    let broken = true
    const { herder } = setUp({
      taskConfigs: () => {
        if (broken) throw new Error('The table is gone.')
        return [{}]
      },
    })
    await rejection(put(herder))
    expect(herder.connectorStatus('a')).toMatchObject({
      connector: { state: 'RUNNING' },
      tasks: [],
    })
    expect(herder.connectorHealth('a').reason).toMatch(
      /^The connector: It cannot be asked for its tasks: The table is gone\. It is asked again at /,
    )
    broken = false
    await reach(herder, 'RUNNING RUNNING')
    expect(herder.connectorHealth('a').healthy).toBe(true)
  })

  test('names the failure of a task, and that of the connector first', async () => {
    const { herder, worker } = setUp()
    await put(herder)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    const trace = 'com.example.Oops: no disk\n\tat x\n'
    const error = { javaName: 'Oops', message: 'no disk', trace, retriable: false }
    worker.listener.taskStatus({ connector: 'a', task: 1 }, 'FAILED', error)
    const reason = 'It has failed: com.example.Oops: no disk'
    expect(herder.connectorHealth('a').reason).toBe(`Task 1: ${reason}`)
    worker.listener.connectorStatus('a', 'FAILED', error)
    expect(herder.connectorHealth('a').reason).toBe(`The connector: ${reason}`)
  })

  test('is well while it is paused or stopped', async () => {
    const { herder } = setUp()
    await put(herder)
    await herder.pauseConnector('a', signal)
    await reach(herder, 'PAUSED PAUSED PAUSED')
    expect(herder.connectorHealth('a').healthy).toBe(true)
    await herder.stopConnector('a', signal)
    await reach(herder, 'STOPPED')
    expect(herder.connectorHealth('a').healthy).toBe(true)
  })
})

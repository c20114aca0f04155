import { describe, expect, test } from 'vitest'
import { setLogSink } from '../../src/util/logger.ts'
import { config, deferred, put, reach, rejection, setUp, signal } from './set-up.ts'

setLogSink(() => undefined)

const changes = [{ partition: new Map([['id', 1]]), offset: new Map([['seqno', 5]]) }]
const notStopped =
  "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/a/stop' endpoint"
const found = { partition: { id: 1 }, offset: { seqno: 5 } }

describe('the offsets of a connector', () => {
  test('can be read at any time, and changed only while it is STOPPED', async () => {
    const { herder } = setUp({ alterOffsets: () => true })
    expect(await rejection(herder.connectorOffsets('a', signal))).toEqual([
      404,
      'Connector a not found',
    ])
    expect(await rejection(herder.modifyConnectorOffsets('a', changes, signal))).toEqual([
      404,
      'Connector a not found',
    ])
    await put(herder)
    for (const state of ['RUNNING RUNNING RUNNING', 'PAUSED PAUSED PAUSED']) {
      if (state.startsWith('PAUSED')) await herder.pauseConnector('a', signal)
      await reach(herder, state)
      for (const asked of [changes, null]) {
        const refused = rejection(herder.modifyConnectorOffsets('a', asked, signal))
        expect(await refused).toEqual([400, notStopped])
      }
    }
    await herder.stopConnector('a', signal)
    expect(await herder.modifyConnectorOffsets('a', changes, signal)).toBe(
      'The offsets for this connector have been altered successfully',
    )
    expect(await herder.connectorOffsets('a', signal)).toEqual([found])
    expect(await herder.modifyConnectorOffsets('a', null, signal)).toBe(
      'The offsets for this connector have been reset successfully',
    )
    expect(await herder.connectorOffsets('a', signal)).toEqual([])
  })

  test('are the connector’s alone while they change: it is started after that, others meanwhile', async () => {
    const [asked, altering] = [deferred(), deferred()]
    const { herder, worker } = setUp({
      alterOffsets: () => {
        asked.resolve()
        return altering.promise.then(() => true)
      },
    })
    await put(herder)
    await herder.stopConnector('a', signal)
    const altered = herder.modifyConnectorOffsets('a', changes, signal)
    await asked.promise
    await herder.resumeConnector('a', signal)

    const other = config({ name: 'b' })
    await herder.putConnectorConfig('b', other, { allowReplace: false }, signal)
    expect(worker.calls).toContain('start b')
    expect(worker.calls).not.toContain('started a')
    expect(herder.connectorStatus('a').connector.state).toBe('STOPPED')

    altering.resolve()
    expect(await altered).toMatch(/altered successfully$/)
    await reach(herder, 'RUNNING RUNNING RUNNING')
    expect(await herder.connectorOffsets('a', signal)).toEqual([found])
  })

  test.each([
    ['deletion', 'overtaken by a', 'Connector a was deleted meanwhile.'],
    ['stop', 'overtaken by another', /^A later request for connector a has overtaken this one/],
  ])('stay as they are where the change is, by a %s, %s', async (by, _how, message) => {
    const asked = deferred()
    const { herder, worker } = setUp({
      alterOffsets: () => {
        asked.resolve()
        return new Promise<boolean>(() => undefined)
      },
    })
    await put(herder)
    await herder.stopConnector('a', signal)
    const refused = rejection(herder.modifyConnectorOffsets('a', changes, signal))
    await asked.promise
    if (by === 'stop') await herder.stopConnector('a', signal)
    else await herder.deleteConnector('a', signal)
    const [status, text] = await refused
    expect(status).toBe(409)
    expect(text).toMatch(message)
    expect(await worker.offsets.entries('a')).toEqual([])
  })
})

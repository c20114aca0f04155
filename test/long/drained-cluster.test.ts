import { describe, expect, inject, test } from 'vitest'
import { patienceMs } from '../support/connect-cluster/connect-cluster.ts'
import { callRest } from '../support/connect-cluster/rest.ts'
import { Scene } from '../support/connect-cluster/scene.ts'
import { waitFor } from '../support/wait-for.ts'

const bootstrapServers = inject('bootstrapServers')

describe.each(['eager', 'compatible', 'sessioned'])('in a group of protocol %s', (protocol) => {
  test('a drained worker that Java’s leads leaves the group, answers on, and comes back when it takes work again', async () => {
    await using scene = await Scene.set(bootstrapServers, 2, { 'connect.protocol': protocol })
    const { cluster, load } = scene
    const java = await cluster.start('java')
    await scene.joined(1, java)
    const ours = await cluster.start('sluice')
    await scene.joined(2, java)
    await scene.create()
    load.start()
    await scene.balanced()
    const drain = async (method: string): Promise<unknown> => {
      const { status, text } = await callRest(ours.port, { method, path: '/admin/drain' })
      expect(status, text).toBeLessThan(300)
      return (JSON.parse(text) as { state: unknown }).state
    }
    expect(await drain('POST')).not.toBe('active')
    const isDrained = async (): Promise<boolean> => (await drain('GET')) === 'drained'
    await waitFor('it is drained', isDrained, { timeoutMs: patienceMs, everyMs: 100 })
    await scene.joined(1, java)
    await scene.allAt(java)
    // Outside of the group it hands on what it cannot do itself.
    const [source = ''] = load.sources
    await scene.ask(ours, 'PUT', `/connectors/${source}/pause`)
    await scene.ask(ours, 'PUT', `/connectors/${source}/resume`)
    await scene.ask(ours, 'PATCH', `/connectors/${source}/config`, { drained: 'by' })
    expect(await scene.ask(ours, 'GET', `/connectors/${source}/config`)).toContain('drained')
    expect(await scene.ask(ours, 'GET', '/health')).toContain('is drained')
    expect(await drain('DELETE')).toBe('active')
    await scene.joined(2, java)
    await scene.balanced()
    await scene.expectWhole()
  })
})

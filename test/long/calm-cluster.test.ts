import { describe, expect, inject, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import { pathOf } from '../support/connect-cluster/connect-cluster.ts'
import { arrived } from '../support/connect-cluster/delivered.ts'
import { callRest } from '../support/connect-cluster/rest.ts'
import { Scene } from '../support/connect-cluster/scene.ts'

const bootstrapServers = inject('bootstrapServers')
const leaders = ['sluice', 'java'] as const
const protocols = ['compatible', 'sessioned'] as const
const cases = leaders.flatMap((leader) => protocols.map((protocol) => ({ leader, protocol })))

/** Asks for all that a client reads, over and over, until it is stopped. */
class Reader {
  answers = 0
  readonly refusals: string[] = []
  readonly #stopped = new AbortController()
  readonly #done: Promise<void>

  constructor(port: number, names: readonly string[]) {
    const parts = ['', '/config', '/tasks', '/status', '/topics', '/tasks/0/status']
    const paths = [
      ...['/connectors', '/connectors?expand=status&expand=info', '/connector-plugins', '/'],
      ...names.flatMap((name) => parts.map((part) => `${pathOf(name)}${part}`)),
    ]
    this.#done = this.#run(port, paths)
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#done
  }

  async #run(port: number, paths: readonly string[]): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      for (const path of paths) {
        const { status, text } = await callRest(port, { method: 'GET', path })
        this.answers++
        if (status !== 200) this.refusals.push(`${path}: ${status} ${text}`)
      }
      await delay(20)
    }
  }
}

describe.each(cases)('a group led by $leader that speaks $protocol', ({ leader, protocol }) => {
  test('is rebalanced again and again: what stays with our worker is started once, and every read is answered', async () => {
    await using scene = await Scene.set(bootstrapServers, 3, { 'connect.protocol': protocol })
    const { cluster, load } = scene
    const first = await cluster.start(leader)
    await scene.joined(1, first)
    const ours = await cluster.start('sluice')
    await scene.joined(2, first)
    await scene.create()
    load.start()
    const alone = await scene.settledOn(ours)
    expect(alone.size).toBe(3)
    const reader = new Reader(ours.port, scene.names)
    try {
      const [extra = {}] = load.configs().values()
      const name = `${scene.names[0] ?? ''}-extra`
      for (const batch of ['1000', '2000', '3000']) {
        await scene.ask(ours, 'PUT', `${pathOf(name)}/config`, { ...extra, 'batch.size': batch })
        await cluster.running([name])
        await scene.ask(ours, 'DELETE', pathOf(name))
      }
      const third = await cluster.start('sluice')
      await scene.joined(3, first)
      await scene.balanced()
      const shared = await scene.settledOn(ours)
      expect(shared.size).toBe(2)
      await scene.expectKept(alone, ours)
      await third.stop()
      await scene.joined(2, first)
      await scene.balanced()
      await scene.expectKept(shared, ours)
    } finally {
      await reader.stop()
    }
    expect(reader.refusals).toEqual([])
    expect(reader.answers).toBeGreaterThan(100)
    await load.stop()
    await arrived(load, scene.watch)
  })
})

import { afterEach, describe, expect, test } from 'vitest'
import { NotLeaderError } from '../../../src/errors/forwarding-errors.ts'
import { ConnectGroupProtocol } from '../../../src/herder/distributed/connect-group-protocol.ts'
import {
  decodeAssignment,
  decodeMetadata,
  encodeMetadata,
} from '../../../src/herder/distributed/connect-protocol.ts'
import { IncrementalAssignor } from '../../../src/herder/distributed/incremental-assignor.ts'
import { noWork } from '../../../src/herder/distributed/work.ts'
import type { ClusterConfigState } from '../../../src/stores/config/cluster-config.ts'
import type { FakeGroupMember } from '../../support/fake-group-member.ts'
import { eventually, give, put, reach, running, setUp, signal, stopAll, workOf } from './set-up.ts'
import type { Scene } from './set-up.ts'

afterEach(stopAll)

const leaderUrl = 'http://leader:8083/'
const all = { connectors: ['a'], tasks: [0, 1].map((task) => ({ connector: 'a', task })) }

const errorOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(() => null).catch((error: unknown) => error)

const stateOf = ({ herder }: Scene): string => herder.drain.view().state

const becomes = (scene: Scene, state: string): Promise<void> =>
  eventually(() => expect(stateOf(scene)).toBe(state))

describe('a worker that is drained', () => {
  test('says so to its group, shows what it still runs, and gives up what the leader takes', async () => {
    const scene = await running()
    const { herder, group } = scene
    // A status that ends what began in the same generation is taken for late by whoever reads it, with Java too.
    await give(scene, { work: all })
    expect(herder.drain.view()).toMatchObject({ state: 'active', ...all })
    expect(herder.drain.begin()).toMatchObject({ state: 'draining', ...all })
    const { length } = group.rejoins
    expect(group.rejoins.at(-1)).toBe('it is drained')
    // Asked twice it does nothing more.
    herder.drain.begin()
    expect(group.rejoins).toHaveLength(length)
    expect(await herder.health(signal)).toMatchObject({ status: 'healthy' })
    group.revoke(all)
    group.assign({ work: noWork, isLeader: false })
    await becomes(scene, 'drained')
    expect(herder.drain.view()).toMatchObject(noWork)
    expect(scene.worker.calls.slice(-3)).toEqual(['stop a', 'stop a-0', 'stop a-1'])
    await reach(scene, 'UNASSIGNED UNASSIGNED UNASSIGNED')
    const { status, message } = await herder.health(signal)
    expect(status).toBe('healthy')
    expect(message).toContain('is drained')
    expect(group.hasLeft).toBe(false)
    expect(await errorOf(put(scene, 'b'))).toBeInstanceOf(NotLeaderError)
  })

  test('goes on leading where it led', async () => {
    const scene = await running()
    scene.herder.drain.begin()
    scene.group.revoke(all)
    scene.group.assign({ work: noWork })
    await becomes(scene, 'drained')
    await put(scene, 'b')
    expect(scene.herder.connectors()).toContain('b')
  })

  test('keeps what an assignment gives it that was made before it said so', async () => {
    const scene = await running()
    scene.herder.drain.begin()
    await give(scene, { isDrained: false, isLeader: false })
    expect([scene.group.hasLeft, stateOf(scene)]).toEqual([false, 'draining'])
    await reach(scene, 'RUNNING RUNNING RUNNING')
  })

  test('takes work again when it is told to', async () => {
    const scene = await running()
    scene.herder.drain.begin()
    scene.group.revoke(all)
    scene.group.assign({ work: noWork })
    await becomes(scene, 'drained')
    expect(scene.herder.drain.end()).toMatchObject({ state: 'active' })
    expect(scene.group.rejoins.at(-1)).toBe('it takes work again')
    await give(scene, { work: all })
    await reach(scene, 'RUNNING RUNNING RUNNING')
  })
})

describe('a worker that is drained in a group whose leader does not know of that', () => {
  const newest = (members: readonly FakeGroupMember[]): FakeGroupMember => {
    const last = members.at(-1)
    if (last === undefined) throw new Error('There is no member.')
    return last
  }

  test('leaves it, has the leader it knew answer, and joins again when it takes work again', async () => {
    const scene = await setUp()
    const { herder, configs, members } = scene
    newest(members).assign()
    await put(scene)
    herder.drain.begin()
    newest(members).assign({ isLeader: false, leaderUrl, work: workOf('a') })
    await becomes(scene, 'drained')
    expect(members.map(({ hasLeft }) => hasLeft)).toEqual([true, false])
    expect(scene.worker.calls.filter((call) => call.includes('start'))).toEqual([])
    expect(herder.connectors()).toEqual(['a'])
    expect(await errorOf(put(scene, 'b'))).toMatchObject({ leaderUrl })
    const restart = herder.restartTask({ connector: 'a', task: 0 }, signal)
    expect(await errorOf(restart)).toMatchObject({ leaderUrl })
    expect((await herder.health(signal)).status).toBe('healthy')
    herder.drain.end()
    newest(members).assign({ generation: 9, work: workOf('a') })
    await eventually(() => expect(configs.keys).toContain('commit-a'))
    expect(stateOf(scene)).toBe('active')
  })
})

describe('a leader', () => {
  const connectors = new Map([['a', { tasks: [{}] }]])
  const configs = { offset: 1, connectors } as unknown as ClusterConfigState

  test.each(['sessioned', 'default'])(
    'gives a worker that is drained nothing (%s)',
    async (protocolName) => {
      let isDrained = false
      const protocol = new ConnectGroupProtocol({
        mode: 'sessioned',
        url: 'http://m1/',
        configs: { joined: () => configs, fresh: () => configs },
        assignor: new IncrementalAssignor({ maxDelayMs: 10_000, now: () => 0 }),
        isDrained: () => isDrained,
        held: () => null,
        lastGeneration: () => -1,
        memberId: () => 'm1',
      })
      const offered = (): Buffer =>
        protocol.protocols().find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0)
      expect([decodeMetadata(offered()).isDrained, protocol.saidDrained]).toEqual([
        undefined,
        false,
      ])
      isDrained = true
      const drained = offered()
      expect(protocol.saidDrained).toBe(true)
      const version = protocolName === 'default' ? 0 : 2
      const other = encodeMetadata(
        { url: 'http://m2/', configOffset: 1, assignment: null },
        version,
      )
      const told = await protocol.assign({
        ...{ protocolName, generationId: 1, keepsAssignment: false },
        members: [
          { memberId: 'm1', groupInstanceId: null, metadata: drained },
          { memberId: 'm2', groupInstanceId: null, metadata: other },
        ],
      })
      const workTold = (id: string) => decodeAssignment(told.get(id) ?? Buffer.alloc(0)).assigned
      expect(workTold('m1')).toEqual(noWork)
      expect(workTold('m2')).toEqual(workOf('a', 'a-0'))
      expect(protocol.ownerUrl('a', 0)).toBe('http://m2/')
    },
  )
})

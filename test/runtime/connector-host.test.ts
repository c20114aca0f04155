import { describe, expect, test } from 'vitest'
import { SinkConnector, SourceConnector } from '../../src/api/connector.ts'
import { configDef } from '../../src/config/config-def.ts'
import { ThreadBoard } from '../../src/messages/thread-board.ts'
import { ConnectorHost } from '../../src/runtime/connector-host.ts'
import type { PluginLoader } from '../../src/runtime/task.ts'

const { signal } = new AbortController()
const altered: unknown[] = []

class Source extends SourceConnector {
  static started = 0
  start(): void {
    Source.started++
  }
  stop(): void {
    Source.started--
  }
  taskConfigs(): never[] {
    return []
  }
  taskClass(): never {
    throw new Error('not asked for')
  }
  config() {
    return configDef({})
  }
  version(): string {
    return '1'
  }
  override alterOffsets(...[, offsets]: Parameters<SourceConnector['alterOffsets']>): boolean {
    altered.push(offsets)
    return true
  }
}

class Sink extends SinkConnector {
  start(): void {
    throw new Error('not asked for')
  }
  stop(): void {
    throw new Error('not asked for')
  }
  taskConfigs(): never[] {
    return []
  }
  taskClass(): never {
    throw new Error('not asked for')
  }
  config() {
    return configDef({})
  }
  version(): string {
    return '1'
  }
  override alterOffsets(...[, offsets]: Parameters<SinkConnector['alterOffsets']>): boolean {
    altered.push(offsets)
    return false
  }
}

function open() {
  altered.length = 0
  const board = new ThreadBoard()
  const told: string[] = []
  const seen: unknown[] = []
  let load = (): void => undefined
  const loaded = new Promise<void>((resolve) => {
    load = resolve
  })
  const loader: PluginLoader = {
    load: async (type) => {
      await loaded
      return (type === 'source' ? Source : Sink) as never
    },
  }
  const host = new ConnectorHost({
    board,
    loader,
    main: {
      request: () => Promise.reject(new Error('not asked for')),
      notify: (name, notice) => told.push(`${name} ${'state' in notice ? notice.state : ''}`),
    },
    validation: {
      validate: (_request, _signal, call) => {
        call('com.example.Upper', 'config', () => seen.push(board.running(), board.named()))
        seen.push(board.running())
        return Promise.reject(new Error('no such plugin'))
      },
      pluginConfig: () => Promise.resolve([]),
    },
  })
  return { host, told, seen, load }
}

describe('the connector thread', () => {
  test('lets a source connector alter offsets as they are stored', async () => {
    const { host, load } = open()
    load()
    const offsets = [
      { partition: { file: 'a' }, offset: { position: 1 } },
      { partition: { file: 'b' }, offset: null },
    ]
    const change = {
      name: 'a',
      run: 9,
      type: 'source',
      connectorClass: 'S',
      config: {},
      offsets,
    } as const
    expect(await host.requests.alterOffsets(change, signal)).toEqual({ handled: true })
    expect(altered).toEqual([offsets])
  })

  test('lets a sink connector alter the offsets of its group', async () => {
    const { host, load } = open()
    load()
    const offsets = [
      { partition: { kafka_topic: 't', kafka_partition: 3 }, offset: { kafka_offset: 17 } },
      { partition: { kafka_topic: 't', kafka_partition: '4' }, offset: null },
      { partition: { kafka_topic: 't', kafka_partition: 5 }, offset: { kafka_offset: 2n ** 60n } },
    ]
    const change = {
      name: 'a',
      run: 9,
      type: 'sink',
      connectorClass: 'S',
      config: {},
      offsets,
    } as const
    expect(await host.requests.alterOffsets(change, signal)).toEqual({ handled: false })
    expect(altered).toEqual([
      [
        { topic: 't', partition: 3, offset: 17 },
        { topic: 't', partition: 4, offset: null },
        { topic: 't', partition: 5, offset: 2n ** 60n },
      ],
    ])
  })

  test('names what a validation calls on the board, under its run and with the class', async () => {
    const { host, seen } = open()
    const request = { run: 7, config: {}, pluginName: null }
    await expect(host.requests.validate(request, signal)).rejects.toThrow('no such plugin')
    expect(seen).toEqual([{ run: 7, stage: 'config' }, 'com.example.Upper', null])
  })

  test('does not start a connector that was stopped while its class was loaded', async () => {
    const { host, told, load } = open()
    const starting = host.requests.startConnector(
      {
        name: 'c',
        run: 1,
        type: 'source',
        connectorClass: 'S',
        config: {},
        targetState: 'STARTED',
      },
      signal,
    )
    await host.requests.stopConnector({ run: 1 }, signal)
    load()
    await expect(starting).rejects.toThrow('not running in this worker any more')
    expect([Source.started, told]).toEqual([0, []])
  })
})

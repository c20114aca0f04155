import type { TargetState } from '../../src/config/types.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SourceConnector } from '../../src/api/connector.ts'
import { configDef } from '../../src/config/config-def.ts'
import { WorkerConnector } from '../../src/runtime/worker-connector.ts'
import { createLogger, setLogSink } from '../../src/util/logger.ts'

setLogSink(() => undefined)

/** Writes down what is called, and fails or waits where a test says so. */
class NotingConnector extends SourceConnector {
  readonly calls: string[]
  readonly failing: Set<string>
  readonly wait: () => Promise<void>

  constructor(calls: string[], failing: Set<string>, wait: () => Promise<void>) {
    super()
    this.calls = calls
    this.failing = failing
    this.wait = wait
  }

  async start(): Promise<void> {
    await this.#note('start')
  }

  async stop(): Promise<void> {
    await this.#note('stop')
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

  async #note(call: string): Promise<void> {
    this.calls.push(call)
    await this.wait()
    if (this.failing.has(call)) throw new Error(`${call} failed`)
    this.calls.push(`${call} done`)
  }
}

function open(
  failing: readonly string[] = [],
  wait: () => Promise<void> = () => Promise.resolve(),
): { readonly heard: string[]; readonly calls: string[]; readonly connector: WorkerConnector } {
  const heard: string[] = []
  const calls: string[] = []
  const connector = new WorkerConnector({
    name: 'X',
    connector: new NotingConnector(calls, new Set(failing), wait),
    context: {
      requestTaskReconfiguration: () => undefined,
      raiseError: () => undefined,
      offsetStorageReader: {
        offset: () => Promise.resolve(null),
        offsets: () => Promise.resolve([]),
      },
    },
    config: {},
    listener: {
      status: (state) => heard.push(state),
      failed: (error) => heard.push(`FAILED ${error.message}`),
    },
    logger: createLogger('test'),
    call: (_stage, call) => call(),
  })
  return { heard, calls, connector }
}

/** Java's table of `WorkerConnector`: [moves], calls of the connector, statuses, outcome of the last move. */
const table: readonly {
  readonly moves: readonly TargetState[]
  readonly failing?: readonly string[]
  readonly calls: readonly string[]
  readonly heard: readonly string[]
  readonly error?: string
}[] = [
  { moves: ['STARTED'], calls: ['start'], heard: ['RUNNING'] },
  { moves: ['PAUSED'], calls: [], heard: ['PAUSED'] },
  { moves: ['STOPPED'], calls: [], heard: ['STOPPED'] },
  { moves: ['STARTED', 'STARTED'], calls: ['start'], heard: ['RUNNING'] },
  { moves: ['STARTED', 'PAUSED'], calls: ['start', 'stop'], heard: ['RUNNING', 'PAUSED'] },
  {
    moves: ['STARTED', 'STOPPED', 'STARTED'],
    calls: ['start', 'stop', 'start'],
    heard: ['RUNNING', 'STOPPED', 'RUNNING'],
  },
  { moves: ['PAUSED', 'STOPPED', 'PAUSED'], calls: [], heard: ['PAUSED', 'STOPPED', 'PAUSED'] },
  {
    moves: ['STARTED'],
    failing: ['start'],
    calls: ['start'],
    heard: ['FAILED start failed'],
    error: 'start failed',
  },
  {
    moves: ['STARTED', 'PAUSED'],
    failing: ['start'],
    calls: ['start'],
    heard: ['FAILED start failed'],
    error: 'WorkerConnector{id=X} Cannot transition connector to PAUSED since it has failed',
  },
  {
    moves: ['STARTED', 'STOPPED'],
    failing: ['start'],
    calls: ['start', 'stop'],
    heard: ['FAILED start failed', 'STOPPED'],
  },
  {
    moves: ['STARTED', 'PAUSED'],
    failing: ['stop'],
    calls: ['start', 'stop'],
    heard: ['RUNNING', 'FAILED stop failed'],
    error: 'stop failed',
  },
  {
    moves: ['STARTED', 'STOPPED'],
    failing: ['stop'],
    calls: ['start', 'stop'],
    heard: ['RUNNING', 'STOPPED'],
  },
]

describe('the life of a connector', () => {
  test.each(table)('$moves failing $failing', async ({ moves, failing, calls, heard, error }) => {
    const opened = open(failing)
    let outcome: unknown
    for (const move of moves) {
      outcome = await opened.connector.transitionTo(move).catch((caught: unknown) => caught)
    }
    expect(opened.calls.filter((call) => !call.endsWith('done'))).toEqual(calls)
    expect(opened.heard).toEqual(heard)
    expect(outcome instanceof Error ? outcome.message : undefined).toBe(error)
  })

  test('a newer move takes the place of one that waits, which is told so', async () => {
    const { connector, heard } = open()
    const moves = (['STARTED', 'PAUSED', 'STOPPED'] as const).map((target) =>
      connector.transitionTo(target),
    )
    const outcomes = await Promise.allSettled(moves)
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect((outcomes[1] as PromiseRejectedResult).reason).toMatchObject({
      message:
        'Could not begin changing connector state to PAUSED before another request to change state was made; the new request (which is to change the state to STOPPED) has pre-empted this one',
    })
    expect(heard).toEqual(['RUNNING', 'STOPPED'])
  })

  test('a shutdown stops it, refuses what waits and whatever comes after', async () => {
    const { connector, calls } = open()
    const running = connector.transitionTo('STARTED')
    const waiting = connector.transitionTo('PAUSED')
    const down = connector.shutdown()
    await running
    const refused =
      'Could not begin changing connector state to PAUSED as the connector has been scheduled for shutdown'
    await expect(waiting).rejects.toThrow(refused)
    await expect(connector.transitionTo('PAUSED')).rejects.toThrow(refused)
    await down
    expect(calls).toEqual(['start', 'start done', 'stop', 'stop done'])
  })

  test('the first failure is the one reported', async () => {
    const { connector, heard } = open()
    await connector.transitionTo('STARTED')
    connector.fail(new Error('first'))
    connector.fail(new Error('second'))
    expect(heard).toEqual(['RUNNING', 'FAILED first'])
  })

  test('whatever is asked, and when: start and stop alternate, never overlap, and the end is stopped', async () => {
    const moves = fc.array(
      fc.constantFrom<TargetState | 'fail'>('STARTED', 'PAUSED', 'STOPPED', 'fail'),
      { maxLength: 15 },
    )
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), moves, async (scheduler, plan) => {
        const { connector, calls } = open([], () => scheduler.schedule(Promise.resolve()))
        const outcomes = plan.map(async (move, index) => {
          await scheduler.schedule(Promise.resolve(), `move ${index}`)
          if (move === 'fail') connector.fail(new Error('raised'))
          else await connector.transitionTo(move).catch(() => undefined)
        })
        await scheduler.waitFor(Promise.all(outcomes))
        await scheduler.waitFor(connector.shutdown())
        const cycle = ['start', 'start done', 'stop', 'stop done']
        expect(calls.length % 4).toBe(0)
        expect(calls).toEqual(calls.map((_, index) => cycle[index % 4]))
      }),
    )
  })
})

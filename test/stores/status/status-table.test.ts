import { describe, expect, test } from 'vitest'
import type { StatusState, StoredStatus } from '../../../src/stores/status/status-records.ts'
import { StatusTable, mayReplace } from '../../../src/stores/status/status-table.ts'

const says = (state: StatusState, generation = 1, workerId = 'a:1'): StoredStatus => ({
  state,
  trace: null,
  workerId,
  generation,
  version: null,
})

describe('the table of statuses', () => {
  test('a connector that is gone takes its tasks with it, and not its topics', () => {
    const table = new StatusTable()
    table.apply({ kind: 'connector', connector: 'f', status: says('RUNNING') })
    table.apply({ kind: 'task', connector: 'f', task: 10, status: says('RUNNING') })
    table.apply({ kind: 'task', connector: 'f', task: 2, status: says('PAUSED') })
    const topic = { topic: 't', connector: 'f', task: 2, discoveredAt: 1 }
    table.apply({ kind: 'topic', connector: 'f', topic: 't', status: topic })
    expect([...table.tasks('f').keys()]).toEqual([2, 10])
    expect(table.connectors).toEqual(['f'])
    table.apply({ kind: 'connector', connector: 'f', status: null })
    expect(table.connectors).toEqual([])
    expect(table.task('f', 2)).toBeNull()
    expect(table.topics('f')).toEqual([topic])
    table.apply({ kind: 'topic', connector: 'f', topic: 't', status: null })
    expect(table.topics('f')).toEqual([])
  })

  test.each([
    ['of the same generation', 3, 'RUNNING'],
    ['of an earlier one', 2, 'RUNNING'],
    ['of a later one', 4, 'UNASSIGNED'],
  ])('a task that runs and is said to be given up %s', (_, generation, expected) => {
    const table = new StatusTable()
    table.apply({ kind: 'task', connector: 'f', task: 0, status: says('RUNNING', 3) })
    const status = says('UNASSIGNED', generation, 'b:1')
    table.apply({ kind: 'task', connector: 'f', task: 0, status })
    expect(table.task('f', 0)?.state).toBe(expected)
  })

  test('for a connector there is no such rule', () => {
    const table = new StatusTable()
    table.apply({ kind: 'connector', connector: 'f', status: says('RUNNING', 3) })
    table.apply({ kind: 'connector', connector: 'f', status: says('UNASSIGNED', 2, 'b:1') })
    expect(table.connector('f')?.state).toBe('UNASSIGNED')
  })

  test('a task that is gone is unknown', () => {
    const table = new StatusTable()
    table.apply({ kind: 'task', connector: 'f', task: 0, status: says('RUNNING') })
    table.apply({ kind: 'task', connector: 'f', task: 0, status: null })
    expect(table.tasks('f').size).toBe(0)
  })

  test.each([
    ['nothing is known', null, true],
    ['its own word is known', says('RUNNING', 9, 'a:1'), true],
    ['another worker said so before', says('RUNNING', 3, 'b:1'), true],
    ['another worker has it by now', says('RUNNING', 4, 'b:1'), false],
  ])('what may be late is said where %s: %s', (_, known, expected) => {
    expect(mayReplace(known, says('FAILED', 3, 'a:1'))).toBe(expected)
  })
})

import { expect, test } from 'vitest'
import { assignEagerly } from '../../../src/herder/distributed/eager-assignor.ts'

test('connectors, then tasks, go to one member after another in the order of their names', () => {
  const tasks = [
    { connector: 'b', task: 0 },
    { connector: 'a', task: 0 },
    { connector: 'a', task: 1 },
  ]
  const decided = assignEagerly({ connectors: ['b', 'a', 'c'], tasks }, ['m2', 'm1'])
  expect([...decided]).toEqual([
    ['m1', { connectors: ['a', 'c'], tasks: [{ connector: 'a', task: 1 }] }],
    [
      'm2',
      {
        connectors: ['b'],
        tasks: [
          { connector: 'a', task: 0 },
          { connector: 'b', task: 0 },
        ],
      },
    ],
  ])
})

test('without connectors every member is told that it has nothing', () => {
  expect([...assignEagerly({ connectors: [], tasks: [] }, ['m1'])]).toEqual([
    ['m1', { connectors: [], tasks: [] }],
  ])
})

import { expect, test } from 'vitest'
import { patched } from '../../src/herder/config-validation.ts'

test('a patched configuration is in the order in which Java’s worker writes it', () => {
  const stored = {
    'connector.class': 'FileStreamSource',
    'tasks.max': '1',
    file: 'in.txt',
    topic: 'out',
    'batch.size': '50',
    name: 'source',
  }
  const once = patched(stored, { 'batch.size': null, topic: 'second' })
  expect(Object.entries(once)).toEqual([
    ['connector.class', 'FileStreamSource'],
    ['file', 'in.txt'],
    ['tasks.max', '1'],
    ['name', 'source'],
    ['topic', 'second'],
  ])
  // Of fewer keys the hash map is smaller.
  const twice = patched(once, { topic: 'third' })
  expect(Object.keys(twice)).toEqual(['connector.class', 'name', 'topic', 'file', 'tasks.max'])
})

import { configDef } from './config-def.ts'
import type { KeySpec } from './config-def.ts'

/** Ours: how the tasks of a connector share threads. */
export const isolationKeySpecs = {
  'task.isolation': {
    type: 'string',
    default: 'shared',
    oneOf: ['shared', 'thread'],
    importance: 'low',
    doc: 'thread: each task of the connector has a thread of its own.',
  },
  'task.heap.mb': {
    type: 'int',
    default: null,
    min: 16,
    importance: 'low',
    doc: 'Limit of the heap of such a thread in MiB; given, each task has a thread of its own.',
  },
} as const satisfies Record<string, KeySpec>

export const isolationKeys = configDef(isolationKeySpecs)

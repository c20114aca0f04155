import { ignored, refused, used } from './client-key.ts'
import type { ClientKey } from './client-key.ts'
import { atLeast, between, distinctValues } from '../validators.ts'

/** Of an administrative client alone. */
export const adminKeys: readonly ClientKey[] = [
  {
    name: 'retries',
    type: 'int',
    default: 2147483647,
    importance: 'low',
    validator: between(0, 2147483647),
    doc: 'How often a failed request is repeated.',
    effect: ignored('a request is repeated until its call has taken too long'),
  },
  {
    name: 'default.api.timeout.ms',
    type: 'int',
    default: 60000,
    importance: 'medium',
    validator: atLeast(0),
    doc: 'Time limit of a call.',
    effect: used('test/integration/kafka/group-admin.test.ts'),
  },
  {
    name: 'bootstrap.controllers',
    type: 'list',
    default: '',
    importance: 'high',
    validator: distinctValues({ empty: true, null: false }),
    doc: 'Controllers to speak to instead of brokers.',
    effect: refused('the worker speaks to brokers; set bootstrap.servers', ''),
  },
]

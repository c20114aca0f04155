import { macAlgorithm, macAlgorithms } from '../util/mac-algorithms.ts'
import type { KeySpec } from './config-def.ts'
import { invalidValue } from './parse-type.ts'
import type { Validator } from './types.ts'
import { atLeast, between, nonEmptyString, oneOfIgnoringCase, validator } from './validators.ts'

/** How the workers of a cluster find, trust and wait for each other (`DistributedConfig`). */

const MAX_INT = 2_147_483_647

const protocol: Validator = validator('[eager, compatible, sessioned]', (name, value) => {
  if (['eager', 'compatible', 'sessioned'].includes(String(value).toLowerCase())) return
  throw invalidValue(name, value, 'Invalid Connect protocol compatibility')
})

const macAlgorithmOf: Validator = validator('a MAC algorithm', (name, value) => {
  if (typeof value === 'string' && macAlgorithm(value) !== undefined) return
  throw invalidValue(name, value, unsupported(macAlgorithms))
})

/** Java's generators of keys: those of its MACs, and this one. */
const keyAlgorithms = [...macAlgorithms, 'AES']

const keyAlgorithmOf: Validator = validator('an algorithm of keys', (name, value) => {
  const wanted = String(value).toLowerCase()
  if (keyAlgorithms.some((each) => each.toLowerCase() === wanted)) return
  throw invalidValue(name, value, unsupported(keyAlgorithms))
})

const macAlgorithmList: Validator = validator('MAC algorithms', (name, value) => {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidValue(name, '[]', 'At least one signature verification algorithm must be provided')
  }
  for (const each of value as unknown[]) macAlgorithmOf(name, each)
})

function unsupported(known: readonly string[]): string {
  return `the algorithm is not supported here; the supported algorithms are: [${known.join(', ')}]`
}

export const groupKeys = {
  'group.id': {
    type: 'string',
    validator: nonEmptyString,
    importance: 'high',
    doc: 'Name of the cluster of workers; the same for all of them, and no consumer group’s.',
  },
  'group.instance.id': {
    type: 'string',
    default: null,
    validator: nonEmptyString,
    importance: 'low',
    doc: 'Name of this worker in the group, no other worker’s: restarted within session.timeout.ms it goes on with what it had, and nothing is rebalanced. Ours; Kafka’s worker has none.',
  },
  'session.timeout.ms': {
    type: 'int',
    default: 10_000,
    validator: atLeast(1),
    importance: 'high',
    doc: 'How long nothing may be heard of a worker before its work is given to others.',
  },
  'heartbeat.interval.ms': {
    type: 'int',
    default: 3000,
    validator: atLeast(1),
    importance: 'high',
    doc: 'How often a worker is heard of; less than session.timeout.ms, a third of it is usual.',
  },
  'rebalance.timeout.ms': {
    type: 'int',
    default: 60_000,
    importance: 'high',
    doc: 'How long workers may take to give up what others are to have, and to join again.',
  },
  'connect.protocol': {
    type: 'string',
    default: 'sessioned',
    validator: protocol,
    importance: 'low',
    doc: 'How work is shared out: eager stops all of it at every rebalance, compatible only what moves, sessioned also has workers sign what they ask of each other.',
  },
  'scheduled.rebalance.max.delay.ms': {
    type: 'int',
    default: 300_000,
    validator: between(0, MAX_INT),
    importance: 'low',
    doc: 'How long the work of a worker that has gone waits for it to come back before others get it.',
  },
  'worker.sync.timeout.ms': {
    type: 'int',
    default: 3000,
    importance: 'medium',
    doc: 'How long reading configurations to their end may take before a worker that is behind leaves the group.',
  },
  'worker.unsync.backoff.ms': {
    type: 'int',
    default: 300_000,
    importance: 'medium',
    doc: 'How long a worker that has left the group so waits before it joins again (eager).',
  },
  'exactly.once.source.support': {
    type: 'string',
    default: 'disabled',
    validator: oneOfIgnoringCase('DISABLED', 'ENABLED', 'PREPARING'),
    importance: 'high',
    doc: 'Whether source connectors write records and offsets in transactions: disabled, preparing (on every worker first), enabled.',
  },
  'inter.worker.key.ttl.ms': {
    type: 'int',
    default: 3_600_000,
    validator: between(0, MAX_INT),
    importance: 'low',
    doc: 'After how long the key that workers sign with is replaced; 0: never.',
  },
  'inter.worker.key.generation.algorithm': {
    type: 'string',
    default: 'HmacSHA256',
    validator: keyAlgorithmOf,
    importance: 'low',
    doc: 'What kind of key that is.',
  },
  'inter.worker.key.size': {
    type: 'int',
    default: null,
    importance: 'low',
    doc: 'Its size in bits; not given, the usual one of its kind.',
  },
  'inter.worker.signature.algorithm': {
    type: 'string',
    default: 'HmacSHA256',
    validator: macAlgorithmOf,
    importance: 'low',
    doc: 'How workers sign what they ask of each other.',
  },
  'inter.worker.verification.algorithms': {
    type: 'list',
    default: 'HmacSHA256',
    validator: macAlgorithmList,
    importance: 'low',
    doc: 'Which signatures of other workers are accepted, this worker’s own kind among them.',
  },
} as const satisfies Record<string, KeySpec>

/** What of several keys is to be looked at together. */
export interface GroupSettings {
  readonly 'session.timeout.ms': number
  readonly 'heartbeat.interval.ms': number
  readonly 'inter.worker.key.generation.algorithm': string
  readonly 'inter.worker.key.size': number | null
  readonly 'inter.worker.signature.algorithm': string
  readonly 'inter.worker.verification.algorithms': readonly string[]
}

/** What is wrong between keys that are right each, with Java's sentences and what to do. */
export function faultsOfGroup(config: GroupSettings): string[] {
  const heartbeatMs = config['heartbeat.interval.ms']
  const sessionMs = config['session.timeout.ms']
  const signature = config['inter.worker.signature.algorithm']
  const faults: string[] = []
  if (heartbeatMs >= sessionMs) {
    faults.push(
      `Invalid value ${heartbeatMs} for configuration heartbeat.interval.ms: Heartbeat must be set lower than the session timeout. Set it to a third of session.timeout.ms, which is ${sessionMs}.`,
    )
  }
  const key = faultOfKey(
    config['inter.worker.key.generation.algorithm'],
    config['inter.worker.key.size'],
  )
  if (key !== null) faults.push(key)
  if (!config['inter.worker.verification.algorithms'].includes(signature)) {
    const message =
      'Signature algorithm must be present in inter.worker.verification.algorithms list'
    faults.push(`${invalidValue('inter.worker.signature.algorithm', signature, message).message}.`)
  }
  return faults
}

const aesSizes = [128, 192, 256]

function faultOfKey(algorithm: string, sizeBits: number | null): string | null {
  if (sizeBits === null) return null
  const refuse = (reason: string): string =>
    `Unable to create key generator with algorithm ${algorithm} and key size ${sizeBits}: ${reason}. Set inter.worker.key.size.`
  if (algorithm.toLowerCase() === 'aes') {
    return aesSizes.includes(sizeBits)
      ? null
      : refuse('Wrong keysize: must be equal to 128, 192 or 256')
  }
  return sizeBits >= 40 ? null : refuse('Key length must be at least 40 bits')
}

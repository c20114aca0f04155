import type { RecordHeader } from '../../kafka/types.ts'
import { contextHeaderPrefix } from '../../runtime/dead-letter-headers.ts'
import type { RawRecord } from '../../runtime/raw-record.ts'
import type { LetterFilter } from './options.ts'

/** How often a letter was replayed: it goes with the record, and comes back with it where it fails again. */
export const replaysHeader = 'sluice.dead-letter.replays'

/** A record of a dead letter queue, its context headers read. */
export interface Letter {
  readonly raw: RawRecord
  /** The headers of the record itself, in their order. */
  readonly own: readonly RecordHeader[]
  readonly replays: number
  /** What the context header `__connect.errors.<name>` says, the last of them; undefined where there is none. */
  readonly context: (name: string) => string | undefined
}

export function letterOf(raw: RawRecord): Letter {
  const context = new Map<string, string>()
  const own: RecordHeader[] = []
  let replays = 0
  for (const header of raw.headers) {
    const { key } = header
    if (key.startsWith(contextHeaderPrefix)) {
      context.set(key.slice(contextHeaderPrefix.length), textOf(header))
    } else if (key === replaysHeader) replays = Number.parseInt(textOf(header), 10) || 0
    else own.push(header)
  }
  return { raw, own, replays, context: (name) => context.get(name) }
}

/** Whether the record says why it is where it is. */
export function hasContext({ headers }: RawRecord): boolean {
  return headers.some(({ key }) => key.startsWith(contextHeaderPrefix))
}

export function matches({ raw, context }: Letter, filter: LetterFilter): boolean {
  const { partition, offsets, fromTopic, connector, stage, error } = filter
  if (partition !== undefined && raw.partition !== partition) return false
  if (offsets !== undefined && (raw.offset < offsets[0] || raw.offset > offsets[1])) return false
  if (fromTopic !== undefined && context('topic') !== fromTopic) return false
  if (connector !== undefined && context('connector.name') !== connector) return false
  if (stage !== undefined && context('stage') !== stage) return false
  const said = `${context('exception.class.name') ?? ''}: ${context('exception.message') ?? ''}`
  return error === undefined || said.includes(error)
}

/** `topic-0@12`. */
export function placeOf({ topic, partition, offset }: RawRecord): string {
  return `${topic}-${partition}@${offset}`
}

/** The error in one line of at most 120 characters. */
export function errorLine({ context }: Letter): string {
  const name = context('exception.class.name')
  if (name === undefined) return 'no context headers'
  const [message = ''] = (context('exception.message') ?? '').split('\n')
  const text = message === '' ? name : `${name}: ${message}`
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

function textOf({ value }: RecordHeader): string {
  return value === null ? '' : Buffer.from(value).toString()
}

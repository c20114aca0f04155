import { DataError } from '../../api/index.ts'
import { enumOf, messageOf } from './proto-schema.ts'
import type { ProtoField, ProtoMessage, ProtobufSchema } from './proto-schema.ts'

/**
 * The message of a registered schema that stands for the root of our own: that of its name, in whatever package, or else the first, as
 * for what has no name in Connect.
 */
export function counterpartOf(own: ProtobufSchema, target: ProtobufSchema): ProtoMessage {
  const { root } = own
  if (root === null) throw new DataError('The Protobuf schema has no message.')
  if (own === target) return root
  const found =
    find(target.messages, ({ fullName }) => fullName === root.fullName) ??
    find(target.messages, (message) => localName(message, target) === localName(root, own)) ??
    target.root
  if (found !== null) return found
  throw new DataError('The registered Protobuf schema has no message.')
}

/** What keeps readers of `target` from reading all that is written with `own`. */
export function incompatibilities(target: ProtobufSchema, own: ProtobufSchema): readonly string[] {
  if (own.root === null) return []
  const problems: string[] = []
  compare(counterpartOf(own, target), own.root, problems, new Set())
  return problems
}

function compare(
  target: ProtoMessage,
  own: ProtoMessage,
  problems: string[],
  seen: Set<ProtoMessage>,
): void {
  if (seen.has(own)) return
  seen.add(own)
  for (const field of own.fields) {
    const path = `${target.fullName}.${field.name}`
    const other = target.fields.find(({ name }) => name === field.name)
    if (other === undefined) problems.push(`there is no ${path}`)
    else if (!takes(kindOf(other), kindOf(field))) {
      problems.push(`${path} is ${kindOf(other)}, but ${kindOf(field)} in the data`)
    } else {
      const [theirs, ours] = [messageOf(other), messageOf(field)]
      if (theirs !== null && ours !== null) compare(theirs, ours, problems, seen)
    }
  }
}

/** Whether a field of the first kind holds all that one of the second does. */
function takes(target: string, own: string): boolean {
  return target === own || wider[own] === target
}

const wider: Readonly<Record<string, string>> = {
  int32: 'int64',
  float: 'double',
  'repeated int32': 'repeated int64',
  'repeated float': 'repeated double',
}

/** What a field holds; of integers their width counts. */
function kindOf(field: ProtoField): string {
  const repeated = field.label === 'repeated' ? 'repeated ' : ''
  if (enumOf(field) !== null) return `${repeated}enum`
  if (typeof field.type !== 'string') return `${repeated}message`
  const kind = field.type.replace(/^(?:s|u|s?fixed)?(?:int)?(32|64)$/, 'int$1')
  return repeated + kind
}

function find(
  messages: readonly ProtoMessage[],
  isWanted: (message: ProtoMessage) => boolean,
): ProtoMessage | null {
  for (const message of messages) {
    const found = isWanted(message) ? message : find(message.messages, isWanted)
    if (found !== null) return found
  }
  return null
}

function localName({ fullName }: ProtoMessage, { packageName }: ProtobufSchema): string {
  return packageName === '' ? fullName : fullName.slice(packageName.length + 1)
}

import { DataError } from 'sluice/api'
import type { Schema, SinkRecord } from 'sluice/api'
import { JsonWriter, quote } from 'sluice/json'
import { LineFormat } from './line-file.ts'
import type { RecordText } from './line-file.ts'
import type { OutputField, RecordFormat } from './record-format.ts'

/** The order in which Java's connector writes them. */
const order: readonly OutputField[] = ['headers', 'offset', 'value', 'key', 'timestamp']
const nothing = Buffer.from('null')

/** A record a line, without one behind the last. */
export function jsonLines(fields: readonly OutputField[], envelope: boolean): RecordFormat {
  const text = new JsonRecords(fields, envelope)
  return new LineFormat({ before: '', between: '\n', behind: '' }, text)
}

/** All records as one array. */
export function jsonArray(fields: readonly OutputField[], envelope: boolean): RecordFormat {
  const text = new JsonRecords(fields, envelope)
  return new LineFormat({ before: '[\n', between: ',\n', behind: '\n]' }, text)
}

interface Member {
  readonly field: OutputField
  /** What stands before its value. */
  readonly before: Buffer
  /** Of the record that was measured, where it is not written in place. */
  bytes: Buffer | null
}

/** Keys and values as JsonConverter writes them without schemas; in an object with the others, or alone. */
class JsonRecords implements RecordText {
  readonly #members: readonly Member[]
  readonly #end: Buffer
  readonly #writer = new JsonWriter(
    { decimalFormat: 'BASE64', replaceNullWithDefault: true },
    false,
  )

  constructor(fields: readonly OutputField[], envelope: boolean) {
    const sorted = order.filter((field) => fields.includes(field))
    this.#members = sorted.map((field, index) => {
      const before = envelope ? `${index === 0 ? '{' : ','}"${field}":` : ''
      return { field, before: Buffer.from(before), bytes: null }
    })
    this.#end = Buffer.from(envelope ? '}' : '')
  }

  maxBytes(record: SinkRecord): number {
    let most = this.#end.length
    for (const member of this.#members) most += member.before.length + this.#measure(member, record)
    return most
  }

  write(record: SinkRecord, target: Buffer, start: number): number {
    let at = start
    for (const { field, before, bytes } of this.#members) {
      target.set(before, at)
      at += before.length
      if (bytes !== null) {
        target.set(bytes, at)
        at += bytes.length
      } else if (field === 'value') {
        at = this.#writer.write(target, at, record.valueSchema, record.value)
      } else {
        at = this.#writer.write(target, at, record.keySchema, record.key)
      }
    }
    target.set(this.#end, at)
    return at + this.#end.length
  }

  #measure(member: Member, record: SinkRecord): number {
    const { field } = member
    if (field === 'value') return this.#measureValue(member, record.valueSchema, record.value)
    if (field === 'key') return this.#measureValue(member, record.keySchema, record.key)
    member.bytes = this.#bytesOf(field, record)
    return member.bytes.length
  }

  #measureValue(member: Member, schema: Schema | null, value: unknown): number {
    if (value === null || value === undefined) {
      member.bytes = nothing
      return nothing.length
    }
    const most = this.#writer.maxBytes(schema, value)
    // What cannot be written throws here.
    member.bytes = most < 0 ? this.#any(schema, value) : null
    return member.bytes?.length ?? most
  }

  #any(schema: Schema | null, value: unknown): Buffer {
    const bytes = this.#writer.toBytes(schema, value)
    if (bytes === null || bytes.length === 0) throw new DataError('A value has no text in JSON.')
    return bytes
  }

  #bytesOf(field: OutputField, record: SinkRecord): Buffer {
    if (field === 'offset') return Buffer.from(String(record.kafkaOffset))
    if (field === 'timestamp') return Buffer.from(instantText(record.timestamp))
    const list = Array.from(record.headers ?? [], ({ key, schema, value }) => {
      const isNull = value === null || value === undefined
      return `{"key":${quote(key)},"value":${isNull ? 'null' : this.#any(schema, value).toString()}}`
    })
    return Buffer.from(`[${list.join(',')}]`)
  }
}

/** As `DateTimeFormatter.ISO_INSTANT` writes it: without a fraction where there is none. */
function instantText(ms: number | null): string {
  if (ms === null) return 'null'
  return `"${new Date(ms).toISOString().replace('.000Z', 'Z')}"`
}

import { BadRequestError } from '../errors/rest-error.ts'
import type { GivenRecord, GivenSide, PreviewRequest } from '../messages/preview.ts'
import { readObject, toConfig } from './bodies.ts'
import { JsonNumber, jsonTextOf, jsonTypeOf } from './json.ts'
import type { JsonValue } from './json.ts'

/** The body of `POST /connector-plugins/{type}/preview`. */

type Members = ReadonlyMap<string, JsonValue>

const defaultLimit = 10
const mostRecords = 100
const defaultTimeoutMs = 10_000
/** Well within what a request may take. */
const mostTimeoutMs = 60_000

const fields = ['config', 'records', 'limit', 'timeout', 'from']
const recordFields = ['topic', 'partition', 'timestamp', 'key', 'value', 'headers']
const sideForms =
  'null, {"schema": …, "payload": …} for data, {"text": "…"} or {"base64": "…"} for bytes'

export function readPreviewRequest(body: Uint8Array): PreviewRequest {
  const request = readObject(body, 'an object with "config"')
  refuseUnknown(request, fields, 'the request')
  const config = request.get('config') ?? null
  if (!(config instanceof Map)) {
    throw invalid('config', config, 'an object with the keys of the connector')
  }
  return {
    config: toConfig(config),
    records: readRecords(request.get('records') ?? null),
    limit: readInteger(request, 'limit', [1, mostRecords]) ?? defaultLimit,
    timeoutMs: readInteger(request, 'timeout', [1, mostTimeoutMs]) ?? defaultTimeoutMs,
    from: readFrom(request.get('from') ?? null),
  }
}

function readFrom(value: JsonValue): PreviewRequest['from'] {
  if (value === null) return 'committed'
  if (value === 'committed' || value === 'beginning') return value
  throw invalid('from', value, '"committed" or "beginning"')
}

function readRecords(value: JsonValue): readonly GivenRecord[] | null {
  if (value === null) return null
  if (!Array.isArray(value)) throw invalid('records', value, 'an array of records')
  if (value.length > mostRecords) {
    throw new BadRequestError(
      `Invalid "records": found ${value.length}, expected at most ${mostRecords}.`,
    )
  }
  return value.map((record, index) => readRecord(record, `records[${index}]`))
}

function readRecord(value: JsonValue, at: string): GivenRecord {
  if (!(value instanceof Map)) throw invalid(at, value, 'an object with "key" and "value"')
  refuseUnknown(value, recordFields, `"${at}"`)
  const topic = value.get('topic') ?? null
  if (topic !== null && typeof topic !== 'string') throw invalid(`${at}.topic`, topic, 'a string')
  return {
    topic,
    partition: readInteger(value, 'partition', [0, 2 ** 31 - 1], at),
    timestamp: readInteger(value, 'timestamp', [0, Number.MAX_SAFE_INTEGER], at),
    key: readSide(value.get('key') ?? null, `${at}.key`),
    value: readSide(value.get('value') ?? null, `${at}.value`),
    headers: readHeaders(value.get('headers') ?? null, `${at}.headers`),
  }
}

function readHeaders(value: JsonValue, at: string): GivenRecord['headers'] {
  if (value === null) return []
  if (!Array.isArray(value)) throw invalid(at, value, 'an array of {"key": "…", "value": …}')
  return value.map((header, index) => {
    const here = `${at}[${index}]`
    if (!(header instanceof Map)) throw invalid(here, header, 'an object with "key" and "value"')
    refuseUnknown(header, ['key', 'value'], `"${here}"`)
    const key = header.get('key') ?? null
    if (typeof key !== 'string') throw invalid(`${here}.key`, key, 'a string')
    return { key, value: readSide(header.get('value') ?? null, `${here}.value`) }
  })
}

function readSide(value: JsonValue, at: string): GivenSide {
  if (value === null) return null
  if (!(value instanceof Map)) throw invalid(at, value, sideForms)
  const names = [...value.keys()]
  if (names.length === 1 && names[0] === 'text') return textSide(value.get('text') ?? null, at)
  if (names.length === 1 && names[0] === 'base64') return base64Side(value, at)
  refuseUnknown(value, ['schema', 'payload'], `"${at}"`)
  if (!value.has('payload')) throw invalid(at, value, sideForms)
  const schema = jsonTextOf(value.get('schema') ?? null)
  const payload = jsonTextOf(value.get('payload') ?? null)
  return { form: 'data', json: `{"schema":${schema},"payload":${payload}}` }
}

function textSide(text: JsonValue, at: string): GivenSide {
  if (typeof text !== 'string') throw invalid(`${at}.text`, text, 'a string')
  return { form: 'bytes', bytes: Buffer.from(text) }
}

function base64Side(members: Members, at: string): GivenSide {
  const text = members.get('base64') ?? null
  // What is no base64 is skipped by Buffer, in silence.
  if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw invalid(`${at}.base64`, text, 'bytes in base64')
  }
  return { form: 'bytes', bytes: Buffer.from(text, 'base64') }
}

function readInteger(
  members: Members,
  name: string,
  [least, most]: readonly [number, number],
  at = '',
): number | null {
  const value = members.get(name) ?? null
  if (value === null) return null
  const number = value instanceof JsonNumber ? Number(value.literal) : Number.NaN
  if (Number.isInteger(number) && number >= least && number <= most) return number
  const found = value instanceof JsonNumber ? value.literal : jsonTypeOf(value)
  const where = at === '' ? name : `${at}.${name}`
  throw new BadRequestError(
    `Invalid "${where}": found ${found}, expected an integer from ${least} to ${most}.`,
  )
}

function refuseUnknown(members: Members, known: readonly string[], where: string): void {
  for (const name of members.keys()) {
    if (known.includes(name)) continue
    throw new BadRequestError(
      `Unknown field "${name}" in ${where}: expected ${known.map((field) => `"${field}"`).join(', ')}.`,
    )
  }
}

function invalid(at: string, found: JsonValue, expected: string): BadRequestError {
  return new BadRequestError(`Invalid "${at}": found ${jsonTypeOf(found)}, expected ${expected}.`)
}

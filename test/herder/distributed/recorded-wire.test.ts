import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
} from '../../../src/herder/distributed/connect-protocol.ts'
import { encodeHeader } from '../../../src/kafka/net/request-header.ts'
import { decodeBody, encodeBody } from '../../../src/kafka/protocol/api.ts'
import type { Api } from '../../../src/kafka/protocol/api.ts'
import { ByteReader } from '../../../src/kafka/protocol/byte-reader.ts'
import { joinGroupApi, syncGroupApi } from '../../../src/kafka/protocol/group.ts'
import { tableApis } from '../../kafka/protocol/apis.ts'

/** One question of a Java worker and the broker's answer: frames without their length, in hex. */
interface Exchange {
  readonly api: string
  readonly version: number
  readonly clientId: string
  readonly request: string
  readonly response: string
}

const recorded = ['group', 'exactly-once'].map((folder) => {
  const url = new URL(`../../fixtures/java-connect/${folder}/wire.jsonl`, import.meta.url)
  const lines = readFileSync(url, 'utf8').trim().split('\n')
  return { folder, exchanges: lines.map((line) => JSON.parse(line) as Exchange) }
})

/** The header of a flexible request ends with tags, of which there are none. */
function bodyOfRequest({ request, clientId }: Exchange): ByteReader {
  const frame = Buffer.from(request, 'hex')
  return new ByteReader(frame.subarray(2 + 2 + 4 + 2 + Buffer.byteLength(clientId) + 1))
}

const bodyOfResponse = ({ response }: Exchange): ByteReader =>
  new ByteReader(Buffer.from(response, 'hex').subarray(4 + 1))

/** What the bytes say; fails where it is not those bytes when it is written again. */
function written<Q, R>(api: Api<Q, R>, exchange: Exchange): { request: Q; response: R } {
  const { version, clientId } = exchange
  const request = decodeBody(api, api.request, bodyOfRequest(exchange), version)
  const body = encodeBody(api, api.request, request, version)
  const id = Buffer.from(exchange.request, 'hex').readInt32BE(4)
  const header = encodeHeader({ api, version, id, clientId }, body.length)
  expect(Buffer.concat([header, body]).subarray(4).toString('hex')).toBe(exchange.request)
  const response = decodeBody(api, api.response, bodyOfResponse(exchange), version)
  const again = encodeBody(api, api.response, response, version).toString('hex')
  expect(again).toBe(exchange.response.slice(2 * (4 + 1)))
  return { request, response }
}

function expectMetadata(bytes: Buffer, protocolName: string): void {
  const version = protocolName === 'default' ? 0 : protocolName === 'compatible' ? 1 : 2
  const again = encodeMetadata(decodeMetadata(bytes), version)
  expect(again.toString('hex')).toBe(bytes.toString('hex'))
}

function expectAssignment(bytes: Buffer): void {
  if (bytes.length === 0) return
  expect(encodeAssignment(decodeAssignment(bytes)).toString('hex')).toBe(bytes.toString('hex'))
}

describe.each(recorded)('what Java workers and the broker said ($folder)', ({ exchanges }) => {
  const of = (api: string): Exchange[] => exchanges.filter((exchange) => exchange.api === api)

  // Java finds its coordinator in a version that asks for several at once; ours asks for one.
  const names = [...new Set(exchanges.map(({ api }) => api))]
  test.each(names.filter((name) => name !== 'FindCoordinator'))(
    'is read and written again as it was: %s',
    (name) => {
      const api = tableApis.find((each) => each.name === name)
      if (api === undefined) throw new Error(`There is no table of ${name}.`)
      for (const exchange of of(name)) written(api, exchange)
    },
  )

  test('holds what members say of themselves, in each protocol that they offer', () => {
    const joins = of('JoinGroup').map((exchange) => written(joinGroupApi, exchange))
    const offered = joins.flatMap(({ request }) => request.protocols)
    expect(new Set(offered.map(({ name }) => name))).toEqual(
      new Set(['sessioned', 'compatible', 'default']),
    )
    for (const { name, metadata } of offered) expectMetadata(metadata, name)
    for (const { response } of joins) {
      for (const { metadata } of response.members)
        expectMetadata(metadata, response.protocolName ?? '')
    }
  })

  test('holds what their leader has told each of them', () => {
    const syncs = of('SyncGroup').map((exchange) => written(syncGroupApi, exchange))
    const told = syncs.flatMap(({ request }) => request.assignments)
    expect(told.length).toBeGreaterThan(0)
    for (const { assignment } of told) expectAssignment(assignment)
    for (const { response } of syncs) expectAssignment(response.assignment)
  })
})

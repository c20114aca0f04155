import type { HostPort } from '../../../src/kafka/net/socket.ts'
import { decodeBody, encodeBody } from '../../../src/kafka/protocol/api.ts'
import type { Api } from '../../../src/kafka/protocol/api.ts'
import { ByteReader } from '../../../src/kafka/protocol/byte-reader.ts'
import { findCoordinatorApi } from '../../../src/kafka/protocol/group.ts'
import { metadataApi } from '../../../src/kafka/protocol/metadata.ts'
import type { RequestHead } from './requests.ts'

/** Gives the address to go to for that of a broker. */
export type Readdress = (broker: HostPort) => HostPort

/** The frame of a response with other addresses of brokers, where it has any: clients then come to the proxy for all of them. */
export function readdressed(frame: Buffer, head: RequestHead, to: Readdress): Buffer {
  if (head.api === metadataApi.key) {
    return rewritten(frame, metadataApi, head.version, (body) => ({
      ...body,
      brokers: body.brokers.map((broker) => ({ ...broker, ...to(broker) })),
    }))
  }
  if (head.api === findCoordinatorApi.key) {
    return rewritten(frame, findCoordinatorApi, head.version, (body) => ({ ...body, ...to(body) }))
  }
  return frame
}

function rewritten<Q, R>(
  frame: Buffer,
  api: Api<Q, R>,
  version: number,
  change: (body: R) => R,
): Buffer {
  // Behind the correlation id a flexible response has tagged fields, of which brokers send none.
  const start = version >= api.flexibleFrom ? 9 : 8
  const body = decodeBody(api, api.response, new ByteReader(frame, start), version)
  const bytes = encodeBody(api, api.response, change(body), version)
  const whole = Buffer.concat([frame.subarray(0, start), bytes])
  whole.writeInt32BE(whole.length - 4, 0)
  return whole
}

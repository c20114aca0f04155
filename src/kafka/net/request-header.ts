import type { ApiKey } from '../protocol/api.ts'

export interface RequestHeader {
  readonly api: ApiKey
  readonly version: number
  readonly id: number
  readonly clientId: string
}

/**
 * The length of the frame and the request's header: version 1, or 2 for a flexible message, whose client id
 * keeps its two bytes of length and is followed by an empty section of tagged fields.
 */
export function encodeHeader(header: RequestHeader, bodyBytes: number): Buffer {
  const { api, version, id, clientId } = header
  const flexible = version >= api.flexibleFrom
  const idBytes = Buffer.byteLength(clientId)
  const buffer = Buffer.allocUnsafe(14 + idBytes + (flexible ? 1 : 0))
  buffer.writeInt32BE(buffer.length - 4 + bodyBytes, 0)
  buffer.writeInt16BE(api.key, 4)
  buffer.writeInt16BE(version, 6)
  buffer.writeInt32BE(id, 8)
  buffer.writeInt16BE(idBytes, 12)
  buffer.utf8Write(clientId, 14, idBytes)
  if (flexible) buffer.writeInt8(0, 14 + idBytes)
  return buffer
}

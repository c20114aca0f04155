import { request } from 'node:http'
import type { RecordedCall } from './recorded.ts'

/** An answer, as far as it is compared. */
export interface Answer {
  readonly status: number
  readonly contentType: string | undefined
  readonly location: string | undefined
  readonly allow: string | undefined
  readonly body: string
}

type Outgoing = Pick<RecordedCall, 'method' | 'path' | 'reqHeaders' | 'reqBody'>

/** Sends a call just as the recorder did: a connection of its own, no header that it did not set. */
export function send(port: number, call: Outgoing): Promise<Answer> {
  const body = bodyOf(call)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method: call.method,
        path: call.path,
        headers: headersOf(call, body),
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const { 'content-type': contentType, location, allow } = incoming.headers
          const text = Buffer.concat(chunks).toString()
          resolve({ status: incoming.statusCode ?? 0, contentType, location, allow, body: text })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function bodyOf({ reqBody }: Outgoing): string | undefined {
  if (reqBody === null || reqBody === undefined) return undefined
  return typeof reqBody === 'string' ? reqBody : JSON.stringify(reqBody)
}

function headersOf(call: Outgoing, body: string | undefined): Record<string, string> {
  const headers: Record<string, string> = { ...call.reqHeaders }
  if (body !== undefined) {
    headers['Content-Type'] ??= 'application/json'
    headers['Content-Length'] = String(Buffer.byteLength(body))
  } else if (['POST', 'PUT', 'PATCH'].includes(call.method)) {
    headers['Content-Length'] = '0'
  }
  // The recorder's way of leaving it out.
  if (headers['Content-Type'] === '') delete headers['Content-Type']
  return headers
}

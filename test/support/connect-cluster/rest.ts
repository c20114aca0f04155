import { request } from 'node:http'

export interface RestCall {
  readonly method: string
  /** Escaped, with its query. */
  readonly path: string
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface RestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly text: string
}

const limitMs = 60_000

/** A request over a connection of its own: workers come and go, and none of theirs is used again. */
export function callRest(port: number, call: RestCall, timeoutMs = limitMs): Promise<RestAnswer> {
  const { method, path, body, headers = {} } = call
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const sent: Record<string, string> = { ...headers }
  if (text !== undefined) sent['Content-Type'] ??= 'application/json'
  if (text !== undefined || method !== 'GET')
    sent['Content-Length'] = String(Buffer.byteLength(text ?? ''))
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ host: '127.0.0.1', port, method, path, headers: sent, agent: false },
        signal: AbortSignal.timeout(timeoutMs),
      },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

import type { RawConfig } from '../../config/types.ts'
import { ConnectError, asError } from '../../errors/connect-error.ts'

/** A connector and where it was found. */
export interface FoundConnector {
  readonly name: string
  readonly config: RawConfig
}

const answerMs = 60_000
const mostBytes = 256 * 1024 * 1024

/**
 * The connectors of a running worker, by its REST API. User and password: those of the URL, else `CONNECT_CHECK_USER` and
 * `CONNECT_CHECK_PASSWORD`. Rejects with a ConnectError that names the worker without them.
 */
export async function connectorsOf(
  address: string,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<readonly FoundConnector[]> {
  const url = parsed(address)
  const authorization = credentialsOf(url, env)
  url.username = ''
  url.password = ''
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/connectors`
  url.search = '?expand=info'
  url.hash = ''
  const failed = (why: string, cause?: unknown): ConnectError =>
    new ConnectError(`Cannot read the connectors of ${url.origin}: ${why}`, { cause })
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      headers: authorization === null ? {} : { authorization },
      signal: AbortSignal.timeout(answerMs),
      // Elsewhere the password would be somebody else's to read.
      redirect: 'error',
    })
    text = await textOf(response)
  } catch (cause) {
    const { message, cause: reason } = asError(cause)
    throw failed(reason instanceof Error ? reason.message : message, cause)
  }
  if (response.status === 401) {
    throw failed(
      '401, it wants a user and a password: CONNECT_CHECK_USER and CONNECT_CHECK_PASSWORD.',
    )
  }
  if (response.status !== 200) throw failed(`it answers ${response.status}.`)
  return entriesOf(text, failed)
}

async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > mostBytes) throw new Error(`it answers with more than ${mostBytes} bytes.`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function parsed(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConnectError('The value of --url is no URL: expected one like http://worker:8083.')
  }
  return url
}

function credentialsOf(url: URL, env: Readonly<NodeJS.ProcessEnv>): string | null {
  const user =
    url.username === '' ? (env.CONNECT_CHECK_USER ?? '') : decodeURIComponent(url.username)
  const password =
    url.username === '' ? (env.CONNECT_CHECK_PASSWORD ?? '') : decodeURIComponent(url.password)
  if (user === '') return null
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function entriesOf(text: string, failed: (why: string) => ConnectError): readonly FoundConnector[] {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw failed('it answers no JSON.')
  }
  if (!isObject(body)) throw failed('it does not know "expand", which came with Kafka 2.3.')
  return Object.entries(body).map(([name, entry]) => {
    const info = isObject(entry) ? entry.info : undefined
    const config = isObject(info) ? info.config : undefined
    if (!isObject(config)) throw failed(`it says nothing of the configuration of ${name}.`)
    const members = Object.entries(config).map(([key, value]) => {
      return [
        key,
        typeof value === 'string' ? value : value === null ? null : JSON.stringify(value),
      ] as const
    })
    return { name, config: Object.fromEntries(members) }
  })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

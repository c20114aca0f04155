import { ConnectError, RetriableError } from 'sluice/api'
import { signedHeaders } from './aws-signature.ts'
import type { Keys } from './aws-signature.ts'
import type { RoleCredentials } from './store-settings.ts'

const limitMs = 10_000
const version = '2011-06-15'

/** Keys of an assumed role, and when they end. */
export interface RoleKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/**
 * Assumes a role (`AssumeRole` of STS) with other credentials. Whoever uses it asks again before the keys end. Rejects with a RetriableError where STS
 * was not to be had, and with a ConnectError where it refuses.
 */
export function roleCredentials(
  settings: RoleCredentials,
  base: () => Promise<Keys>,
): () => Promise<RoleKeys> {
  return async () => keysIn(await asked(settings, await base()), settings)
}

async function asked(settings: RoleCredentials, keys: Keys): Promise<string> {
  const { role, sessionName, externalId, durationSeconds, region, endpoint } = settings
  const url = new URL(endpoint)
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRole', Version: version, RoleArn: role, RoleSessionName: sessionName },
    DurationSeconds: String(durationSeconds),
    ...(externalId === null ? {} : { ExternalId: externalId }),
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  const request = { method: 'POST', url, headers, body, service: 'sts', region } as const
  // Set by fetch itself, which takes it from the URL.
  const { host: _host, ...signed } = signedHeaders(request, keys, new Date())
  let status: number
  let text: string
  try {
    const signal = AbortSignal.timeout(limitMs)
    const answer = await fetch(url, { method: 'POST', headers: signed, body, signal })
    status = answer.status
    text = await answer.text()
  } catch (cause) {
    throw new RetriableError(`Cannot assume the role ${role}: ${url.host} was not to be had.`, {
      cause,
    })
  }
  if (status === 200) return text
  const said = `Cannot assume the role ${role}: ${url.host} says ${status} ${element(text, 'Code') ?? ''}: ${element(text, 'Message') ?? ''}`
  if (status >= 500 || status === 429) throw new RetriableError(said)
  throw new ConnectError(
    `${said}. Check the role, who may assume it, and the credentials it is asked for with.`,
  )
}

function keysIn(xml: string, { role }: RoleCredentials): RoleKeys {
  const accessKeyId = element(xml, 'AccessKeyId')
  const secretAccessKey = element(xml, 'SecretAccessKey')
  const sessionToken = element(xml, 'SessionToken')
  const expiration = new Date(element(xml, 'Expiration') ?? '')
  if (accessKeyId === null || secretAccessKey === null || sessionToken === null) {
    throw new ConnectError(`The answer of STS holds no credentials for the role ${role}.`)
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration }
}

/** Text of an element. What STS answers with holds no attributes, and nothing that must be unescaped. */
function element(xml: string, name: string): string | null {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]?.trim() ?? null
}

import manifest from '../../../package.json' with { type: 'json' }
import type { ApiKey, WireRequest } from '../protocol/api.ts'
import { apiVersionsRequest } from '../protocol/api-versions.ts'
import type { ApiVersionsResponse } from '../protocol/api-versions.ts'
import { brokerError, ErrorCode } from '../protocol/errors.ts'
import { UnsupportedVersionError } from './errors.ts'

export interface VersionRange {
  readonly minVersion: number
  readonly maxVersion: number
}

/** What a broker speaks, by the key of the message. */
export type Versions = ReadonlyMap<number, VersionRange>

export interface Spoken {
  readonly versions: Versions
  /** Levels of what the cluster has switched on, such as `transaction.version` (KIP-584). */
  readonly features: ReadonlyMap<string, number>
}

/**
 * Asks the broker what it speaks (KIP-511). One that does not know our version of the question says so in the form
 * of version 0, and is asked again in that.
 */
export async function askVersions(
  send: (request: WireRequest<ApiVersionsResponse>) => Promise<ApiVersionsResponse>,
): Promise<Spoken> {
  const request = apiVersionsRequest({ name: manifest.name, version: manifest.version })
  let answer = await send(request)
  if (answer.errorCode === ErrorCode.UNSUPPORTED_VERSION) {
    answer = await send({ ...request, maxVersion: 0 })
  }
  if (answer.errorCode !== ErrorCode.NONE) {
    throw brokerError(answer.errorCode, 'Cannot ask the broker for its API versions')
  }
  return {
    versions: new Map(answer.apiKeys.map((range) => [range.apiKey, range])),
    features: new Map(answer.finalizedFeatures.map((each) => [each.name, each.maxVersionLevel])),
  }
}

/** The highest version of `api` that both sides speak; `range` is the broker's. */
export function checkedVersions(
  api: ApiKey,
  range: VersionRange | undefined,
  maxVersion: number,
  broker: string,
): number {
  const version = Math.min(api.maxVersion, maxVersion, range?.maxVersion ?? -1)
  if (range !== undefined && version >= Math.max(api.minVersion, range.minVersion)) return version
  const theirs =
    range === undefined ? 'does not know it' : `speaks ${range.minVersion} to ${range.maxVersion}`
  throw new UnsupportedVersionError(
    `We speak ${api.name} in versions ${api.minVersion} to ${maxVersion}, ${broker} ${theirs}: ` +
      'use a broker of Kafka 2.1 or later.',
  )
}

import type { WireRequest } from './api.ts'
import { decodeBody, request } from './api.ts'
import type { Api } from './api.ts'
import { array, int16, int32, safeInt64, since, string, struct, tagged } from './codec.ts'
import type { ValueOf } from './codec.ts'

const UNSUPPORTED_VERSION = 35

const requestBody = struct({
  clientSoftwareName: since(3, string, ''),
  clientSoftwareVersion: since(3, string, ''),
})
const responseBody = struct({
  errorCode: int16,
  apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
  throttleTimeMs: since(1, int32, 0),
  supportedFeatures: tagged(
    0,
    3,
    array(struct({ name: string, minVersion: int16, maxVersion: int16 })),
    [],
  ),
  finalizedFeaturesEpoch: tagged(1, 3, safeInt64, -1),
  /** What the cluster has switched on, such as `transaction.version`. */
  finalizedFeatures: tagged(
    2,
    3,
    array(struct({ name: string, maxVersionLevel: int16, minVersionLevel: int16 })),
    [],
  ),
})

export type ApiVersionsResponse = ValueOf<typeof responseBody>

/** What the broker speaks (KIP-511). The header of its answer is never flexible. */
export const apiVersionsApi: Api<ValueOf<typeof requestBody>, ApiVersionsResponse> = {
  key: 18,
  name: 'ApiVersions',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: 3,
  request: requestBody,
  response: responseBody,
}

/**
 * Asks for the versions. A broker that does not know our version answers with UNSUPPORTED_VERSION in the form of
 * version 0, whatever was asked.
 */
export function apiVersionsRequest(software: {
  readonly name: string
  readonly version: string
}): WireRequest<ApiVersionsResponse> {
  const body = { clientSoftwareName: software.name, clientSoftwareVersion: software.version }
  return {
    ...request(apiVersionsApi, body),
    decode: (from, version) => {
      const errorCode = from.remaining < 2 ? 0 : from.buffer.readInt16BE(from.position)
      const form = errorCode === UNSUPPORTED_VERSION ? 0 : version
      return decodeBody(apiVersionsApi, responseBody, from, form)
    },
  }
}

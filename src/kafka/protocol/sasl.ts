import type { Api } from './api.ts'
import { array, bytes, int16, nullableString, safeInt64, since, string, struct } from './codec.ts'
import type { ValueOf } from './codec.ts'

const handshakeRequest = struct({ mechanism: string })
const handshakeResponse = struct({ errorCode: int16, mechanisms: array(string) })

/** Chooses the mechanism; the tokens follow in SaslAuthenticate (KIP-152). */
export const saslHandshakeApi: Api<
  ValueOf<typeof handshakeRequest>,
  ValueOf<typeof handshakeResponse>
> = {
  key: 17,
  name: 'SaslHandshake',
  minVersion: 1,
  maxVersion: 1,
  flexibleFrom: Number.MAX_SAFE_INTEGER,
  authenticates: true,
  request: handshakeRequest,
  response: handshakeResponse,
}

const authenticateRequest = struct({ authBytes: bytes })
const authenticateResponse = struct({
  errorCode: int16,
  errorMessage: nullableString,
  authBytes: bytes,
  sessionLifetimeMs: since(1, safeInt64, 0),
})

export const saslAuthenticateApi: Api<
  ValueOf<typeof authenticateRequest>,
  ValueOf<typeof authenticateResponse>
> = {
  key: 36,
  name: 'SaslAuthenticate',
  minVersion: 1,
  maxVersion: 2,
  flexibleFrom: 2,
  authenticates: true,
  request: authenticateRequest,
  response: authenticateResponse,
}

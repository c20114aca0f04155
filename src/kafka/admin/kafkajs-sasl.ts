import type { Mechanism, SaslAuthenticationRequest, SaslAuthenticationResponse } from 'kafkajs'
import { converse } from '../security/mechanism.ts'
import type { SaslMechanism } from '../security/mechanism.ts'

/** Before each message, in what kafkajs gives and takes (int32). */
const LENGTH_BYTES = 4

/** Lets kafkajs authenticate by our mechanisms: it sends and receives, and we say what. */
export function kafkajsSasl(mechanism: SaslMechanism, signal: AbortSignal): Mechanism {
  return {
    mechanism: mechanism.name,
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const send = async (message: Buffer): Promise<Buffer> =>
          (await saslAuthenticate({ request: requestOf(message), response })) ?? Buffer.alloc(0)
        await converse(mechanism, send, signal)
      },
    }),
  }
}

function requestOf(message: Buffer): SaslAuthenticationRequest {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeInt32BE(message.length)
  return { encode: () => Buffer.concat([length, message]) }
}

const response: SaslAuthenticationResponse<Buffer> = {
  decode: (bytes) => bytes.subarray(LENGTH_BYTES),
  parse: (challenge) => challenge,
}

import type { Mechanism, SaslAuthenticationRequest, SaslAuthenticationResponse } from 'kafkajs'
import { SaslAuthenticationError } from '../security/errors.ts'
import type { SaslMechanism } from '../security/mechanism.ts'

/** Before each message, in what kafkajs gives and takes (int32). */
const LENGTH_BYTES = 4
const MOST_ROUNDS = 10

/** Lets kafkajs authenticate by our mechanisms: it sends and receives, and we say what. */
export function kafkajsSasl(mechanism: SaslMechanism, signal: AbortSignal): Mechanism {
  return {
    mechanism: mechanism.name,
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const steps = await mechanism.begin(signal)
        let message = steps.first
        for (let round = 0; round < MOST_ROUNDS; round++) {
          const challenge = await saslAuthenticate({ request: requestOf(message), response })
          const reply = await steps.next(challenge ?? Buffer.alloc(0))
          if (reply === null) return
          message = reply
        }
        throw new SaslAuthenticationError(
          `Authentication by ${mechanism.name} did not come to an end within ${MOST_ROUNDS} messages.`,
        )
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

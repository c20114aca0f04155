import { clientKeys } from '../../config/client-keys.ts'
import type { ClientKind } from '../../config/client-keys.ts'
import { isWithoutEffect, refusedPart } from '../../config/client-values.ts'
import { nearestKey } from './near-keys.ts'
import type { Finding } from './finding.ts'

const link = 'docs/kafka-client-keys.md'

/** What a key of Kafka's clients does here. `name` is the client's own, `key` how it stands in the file. */
export function checkClientKey(
  kind: ClientKind,
  key: string,
  name: string,
  value: string,
): Finding {
  const known = clientKeys[kind].find((each) => each.name === name)
  if (known === undefined) return { key, verdict: 'supported', note: unknown(kind, name) }
  const { effect } = known
  if (isOldStore(name, value)) {
    const note =
      'A JKS store cannot be read here: convert it, e.g. keytool -importkeystore -deststoretype PKCS12.'
    return { key, verdict: 'missing', note, link: 'docs/rest-api.md#certificates' }
  }
  if (effect.kind === 'refused' && refusedPart(known, value) !== null) {
    return { key, verdict: 'missing', note: `Refused: ${effect.why}. Remove it.`, link }
  }
  if (effect.kind === 'ignored' && isWithoutEffect(known, value)) {
    return { key, verdict: 'different', note: `Has no effect: ${effect.why}.`, link }
  }
  if (name === 'sasl.mechanism' && /^gssapi$/i.test(value.trim())) {
    const note = 'Refused: Kerberos is not spoken to brokers. Use SCRAM, PLAIN or OAUTHBEARER.'
    return { key, verdict: 'missing', note, link }
  }
  return { key, verdict: 'supported' }
}

/** By its name alone: whether the file is here is not asked. */
function isOldStore(name: string, value: string): boolean {
  if (/^ssl\.(?:key|trust)store\.type$/.test(name)) return /^jks$/i.test(value.trim())
  return /^ssl\.(?:key|trust)store\.location$/.test(name) && /\.jks$/i.test(value.trim())
}

function unknown(kind: ClientKind, name: string): string {
  const nearest = nearestKey(
    name,
    clientKeys[kind].map((each) => each.name),
  )
  const hint = nearest === null ? '' : ` Did you mean ${nearest}?`
  return `Not a key of Kafka’s ${kind} either: it has no effect.${hint}`
}

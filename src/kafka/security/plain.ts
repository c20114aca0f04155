import type { SaslMechanism } from './mechanism.ts'

/** PLAIN (RFC 4616): user and password as they are, so to be used over TLS. */
export function plainMechanism(username: string, password: string): SaslMechanism {
  const first = Buffer.from(`\0${username}\0${password}`)
  return { name: 'PLAIN', begin: () => ({ first, next: () => null }) }
}

import { getCiphers } from 'node:tls'

/**
 * OpenSSL's name of a cipher suite that Kafka's files call by its IANA name, e.g. `ECDHE-RSA-AES128-GCM-SHA256` for
 * `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; those of TLS 1.3 have one name. Null where there is no such suite.
 */
export function opensslCipher(name: string): string | null {
  const candidate = name.startsWith('TLS_') && name.includes('_WITH_') ? translated(name) : name
  return getCiphers().includes(candidate.toLowerCase()) ? candidate : null
}

function translated(name: string): string {
  return name
    .slice('TLS_'.length)
    .replace(/^RSA_WITH_/, '')
    .replace('_WITH_', '-')
    .replace(/(AES|ARIA|CAMELLIA)_(128|256)/, '$1$2')
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305')
    .replace('3DES_EDE_CBC', 'DES-CBC3')
    .replace(/_CBC_SHA/, '_SHA')
    .replaceAll('_', '-')
}

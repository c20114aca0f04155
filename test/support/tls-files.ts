import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Keys and certificates made by `test/fixtures/tls/generate.sh`. */
export const tlsPasswords = { store: 'store-secret', key: 'key-secret' } as const

export function tlsFile(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url))
}

export function tlsText(name: string): string {
  return readFileSync(tlsFile(name), 'utf8')
}

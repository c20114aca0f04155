import { readFileSync } from 'node:fs'

/** The bytes of a recorded offset file, from its dump (what `xxd -r` does). */
export function recordedFile(name: string): Buffer {
  const url = new URL(`../fixtures/java-connect/standalone-offsets/${name}.xxd`, import.meta.url)
  const lines = readFileSync(url, 'utf8').trimEnd().split('\n')
  const hex = lines.map((line) => line.slice(10, 50).replaceAll(' ', ''))
  return Buffer.from(hex.join(''), 'hex')
}

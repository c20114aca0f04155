import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { clientKeys } from '../../src/config/client-keys.ts'
import { root } from '../services/paths.ts'
import { clientKeysPage, pagePath } from './client-keys-page.ts'

test('docs/kafka-client-keys.md is what the table of keys says: else run scripts/client-keys-page.mjs', async () => {
  expect(readFileSync(pagePath, 'utf8')).toBe(await clientKeysPage())
})

const used = Object.values(clientKeys)
  .flat()
  .flatMap(({ name, effect }) => (effect.kind === 'used' ? [{ name, test: effect.test }] : []))

test('every key that is used has a test, which names it', () => {
  expect(used.length).toBeGreaterThan(100)
  const without = used.filter(
    (key) =>
      !new RegExp(`(?<![\\w.])${key.name.replaceAll('.', '\\.')}(?![\\w.])`).test(textOf(key.test)),
  )
  expect(without).toEqual([])
})

const texts = new Map<string, string>()

function textOf(file: string): string {
  const known = texts.get(file) ?? readFileSync(path.join(root, file), 'utf8')
  texts.set(file, known)
  return known
}

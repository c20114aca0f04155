import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders = ['.', 'docs', 'docs/connectors', 'docs/adr', 'connectors/file']
const pages = folders.flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file)),
)

test.each(pages)('%s links to what is there', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8')
  const targets = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? '')
  const missing = targets
    .filter((target) => !target.startsWith('http'))
    .filter((target) => !existsSync(path.join(root, path.dirname(page), target)))
  expect(missing).toEqual([])
})

test('the tests that differences.md names are there', () => {
  const text = readFileSync(path.join(root, 'docs/differences.md'), 'utf8')
  const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, file]) => file ?? '')
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
})

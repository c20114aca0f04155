import { statSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceFile } from '../../src/util/replace-file.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sluice-replace-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

test('who looks while a file is replaced finds the old one or the new one, whole (invariant 5)', async () => {
  const file = path.join(folder, 'offsets')
  const [before, after] = [1_000_000, 4_000_000]
  await writeFile(file, Buffer.alloc(before))
  const seen = new Set<number>()
  const look = (): void => {
    seen.add(statSync(file).size)
    looking = setImmediate(look)
  }
  let looking = setImmediate(look)
  await replaceFile(file, Buffer.alloc(after))
  clearImmediate(looking)
  seen.add(statSync(file).size)
  expect([...seen]).toEqual([before, after])
  expect(await readdir(folder)).toEqual(['offsets'])
})

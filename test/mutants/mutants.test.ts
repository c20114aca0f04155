import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mutants } from './mutants.ts'

interface TestResult {
  readonly fullName: string
  /** `failed` where it has. */
  readonly status: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))
/** What a unit test needs of the project; `node_modules` is linked. */
const copied = ['src', 'connectors', 'test', 'scripts', 'package.json', 'package-lock.json']
const configs = ['tsconfig.json', 'vitest.config.ts']
const limitMs = 100_000

/** A copy of the sources, so that nobody else sees them broken. */
let copy = ''

beforeAll(async () => {
  copy = await mkdtemp(path.join(os.tmpdir(), 'sluice-mutants-'))
  for (const name of [...copied, ...configs]) {
    await cp(path.join(root, name), path.join(copy, name), { recursive: true })
  }
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'))
})

afterAll(async () => {
  await rm(copy, { recursive: true, force: true })
})

/** The results of the tests of the copy whose name holds `name`, in a process of its own. */
async function resultsOf(testFile: string, name: string): Promise<readonly TestResult[]> {
  const report = path.join(copy, 'report.json')
  await rm(report, { force: true })
  const vitest = path.join(copy, 'node_modules', 'vitest', 'vitest.mjs')
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const reporting = ['--reporter=json', `--outputFile=${report}`]
  const options = [
    '--project',
    'unit',
    '--testTimeout=5000',
    '--testNamePattern',
    pattern,
    ...reporting,
  ]
  const run = spawn(process.execPath, [vitest, 'run', ...options, testFile], {
    cwd: copy,
    stdio: 'ignore',
    signal: AbortSignal.timeout(limitMs),
  })
  await once(run, 'exit')
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as {
    testResults: readonly { readonly assertionResults: readonly TestResult[] }[]
  }
  return testResults.flatMap((file) => file.assertionResults)
}

describe('a test notices where', () => {
  test.each(mutants)(
    '$name (invariant $invariant)',
    async ({ file, find, replace, noticedBy: [testFile, name] }) => {
      const source = path.join(copy, file)
      const whole = await readFile(source, 'utf8')
      expect(whole.split(find), `places in ${file} where the break fits`).toHaveLength(2)
      await writeFile(
        source,
        whole.replace(find, () => replace),
      )
      try {
        const results = await resultsOf(testFile, name)
        const noticed = results.filter(({ fullName }) => fullName.includes(name))
        expect(noticed.map(({ status }) => status)).toContain('failed')
      } finally {
        await writeFile(source, whole)
      }
    },
    limitMs,
  )
})

test('every invariant has a break, and docs/delivery.md lists each', async () => {
  expect([...new Set(mutants.map(({ invariant }) => invariant))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  const docs = await readFile(path.join(root, 'docs', 'delivery.md'), 'utf8')
  const section = docs.split('## Breaks that tests must notice')[1] ?? ''
  expect(mutants.filter(({ name }) => !section.includes(`| ${name} `))).toEqual([])
})

// npm test: installs what is missing, then everything of the first tier: format, types, lint and every suite, on real
// services; with --long the second tier instead, which takes hours. The last line is `N passed, N failed, N skipped`; the exit code is 0 only where nothing failed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { checks, root, runTool } from './lib/checks.mjs'

const report = path.join(root, '.cache', 'test-report.json')

/** Whether a test failed first and passed when it was tried again. */
const passedAgain = ({ status, failureMessages }) =>
  status === 'passed' && failureMessages.length > 0

/** Tests by outcome. A file that could not be loaded counts as one failure, and so does a run that left no report. */
function countTests() {
  if (!existsSync(report)) return { secondTry: [], passed: 0, failed: 1, skipped: 0 }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  const broken = testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    secondTry: testResults.flatMap(({ assertionResults }) => assertionResults.filter(passedAgain)),
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
  }
}

if (!existsSync(path.join(root, 'node_modules', '.bin', 'vitest'))) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(1)
}
mkdirSync(path.dirname(report), { recursive: true })
rmSync(report, { force: true })

const failedChecks = checks.filter((check) => !runTool(check)).map(([tool]) => tool)
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const tier = process.argv.includes('--long') ? ['long'] : ['unit', 'services', 'hostile']
const projects = tier.flatMap((project) => ['--project', project])
const suitesPassed = runTool(['vitest', 'run', ...projects, ...reporters])
const tests = countTests()
// Unhandled errors and a service that could not start fail the run though no test has failed.
const unseen = !suitesPassed && tests.failed === 0 ? 1 : 0
const failed = tests.failed + failedChecks.length + unseen

if (failedChecks.length > 0)
  console.error(`npm test: failed before the tests: ${failedChecks.join(', ')}.`)
for (const { fullName, failureMessages } of tests.secondTry)
  console.log(`Passed when tried again: ${fullName}\n${failureMessages.join('\n')}`)
console.log(`${tests.passed} passed, ${failed} failed, ${tests.skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1

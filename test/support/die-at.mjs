// Loaded by a worker under test (SLUICE_TEST_HOOKS). SLUICE_TEST_DIE_AT=<fault point>:<n> kills the process, as `kill -9`
// does, the n-th time a thread gets there.
const [point, count] = (process.env.SLUICE_TEST_DIE_AT ?? '').split(':')
let left = Number(count)

export default function dieAt(reached) {
  if (reached !== point) return
  left--
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

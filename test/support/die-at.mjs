// Loaded by a worker under test (SLUICE_TEST_HOOKS). SLUICE_TEST_DIE_AT=<fault point>:<n> kills the process, as `kill -9`
// does, the n-th time a thread gets there.
const [point, count] = (process.env.SLUICE_TEST_DIE_AT ?? '').split(':')
let left = Number(count)
// Kept from before the worker takes it from its plugins.
const kill = process.kill.bind(process)

export default function dieAt(reached) {
  if (reached !== point) return
  left--
  if (left === 0) kill(process.pid, 'SIGKILL')
}

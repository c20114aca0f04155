// Loaded by a worker under test (SLUICE_TEST_HOOKS). While the file SLUICE_TEST_STOP_FILE is there, it names a fault point:
// the process stops the next time a thread gets there, as by SIGSTOP from outside, and the file is gone.
import { readFileSync, rmSync } from 'node:fs'

const file = process.env.SLUICE_TEST_STOP_FILE ?? ''
const never = new Int32Array(new SharedArrayBuffer(4))
// Kept from before the worker takes it from its plugins.
const kill = process.kill.bind(process)

export default function stopAt(reached) {
  if (wanted() !== reached) return
  rmSync(file)
  kill(process.pid, 'SIGSTOP')
  // The signal may take a moment to stop this thread: it goes no further than here before.
  Atomics.wait(never, 0, 0, 50)
}

function wanted() {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

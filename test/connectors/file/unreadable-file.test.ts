import type { PathLike } from 'node:fs'
import type * as FileSystem from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { ConnectError } from '../../../src/api/index.ts'
import { RunningSource, temporaryFolder } from './support.ts'

// Whoever runs the tests may be root, whom no mode of a file keeps out.
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof FileSystem>()
  const open = (file: PathLike, flags?: string): Promise<FileSystem.FileHandle> => {
    if (!String(file).endsWith('secret.txt')) return real.open(file, flags)
    const message = `EACCES: permission denied, open '${String(file)}'`
    return Promise.reject(Object.assign(new Error(message), { code: 'EACCES' }))
  }
  return { ...real, open }
})

test('a source file that the worker may not read fails the task, and says what to do', async () => {
  await using folder = await temporaryFolder()
  const file = await folder.write('secret.txt', 'never read\n')
  await using source = await RunningSource.start({ file })

  const failure = await source.failure()

  expect(failure).toBeInstanceOf(ConnectError)
  expect((failure as Error).message).toBe(
    `Cannot open ${file} at byte 0: EACCES: permission denied, open '${file}'. Check that the worker's user may read it, then restart the task.`,
  )
  expect(source.lines).toEqual([])
})

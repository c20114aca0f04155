import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { SpillFile } from '../../../connectors/storage/index.ts'

afterEach(() => vi.restoreAllMocks())

/** What all open files of this process have in common. */
async function fileHandles(): Promise<{ write: () => Promise<unknown> }> {
  const handle = await open(path.join(tmpdir(), '.'), 'r')
  await handle.close()
  return Object.getPrototypeOf(handle) as { write: () => Promise<unknown> }
}

test('a write that fails takes nothing of what was kept before, and the next one is kept', async () => {
  const spill = new SpillFile()
  const first = await spill.append([Buffer.from('first ')])
  const write = vi.spyOn(await fileHandles(), 'write')
  write.mockRejectedValueOnce(new Error('ENOSPC: no space left on device'))
  await expect(spill.append([Buffer.from('lost')])).rejects.toThrow(/Cannot keep 4 bytes/)
  const second = await spill.append([Buffer.from('second')])
  expect((await spill.read(first)).toString()).toBe('first ')
  expect((await spill.read(second)).toString()).toBe('second')
  await spill.close()
})

test('space is used again once nothing in it is needed, a write that failed among it', async () => {
  const spill = new SpillFile()
  const first = await spill.append([Buffer.from('first')])
  const write = vi.spyOn(await fileHandles(), 'write')
  write.mockRejectedValueOnce(new Error('ENOSPC: no space left on device'))
  await expect(spill.append([Buffer.from('lost')])).rejects.toThrow(/Cannot keep/)
  spill.release(first.length)
  expect((await spill.append([Buffer.from('again')])).position).toBe(0)
  await spill.close()
})

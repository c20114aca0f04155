import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { delay } from '../../src/util/abort.ts'
import { SupervisedProcess } from './supervised-process.ts'

test.each(['by itself', 'SIGTERM', 'SIGKILL'])(
  'a process that ends %s leaves its folder to whoever started it',
  async (how) => {
    const dir = await mkdtemp(path.join(tmpdir(), 'sluice-supervised-'))
    try {
      const child = new SupervisedProcess({
        command: 'sh',
        args: [
          '-c',
          how === 'by itself' ? 'echo last words; exit 3' : 'echo last words; exec sleep 60',
        ],
        logFile: path.join(dir, 'process.log'),
        scratchDir: dir,
      })
      await expect.poll(() => existsSync(child.logFile) && child.log()).toBe('last words\n')
      if (how === 'SIGTERM') await child.stop()
      if (how === 'SIGKILL') await child.kill()
      await child.exited
      // What would remove it is quick, but cannot be waited for.
      await delay(300)
      expect(child.log()).toBe('last words\n')
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  },
)

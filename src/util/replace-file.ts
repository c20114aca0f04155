import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { faultPoint } from './fault-point.ts'

/**
 * Replaces the content of `file` whole or not at all (invariant 5): write beside it, sync, rename, sync the folder.
 * A link stays a link, and the file keeps its mode.
 */
export async function replaceFile(file: string, content: Uint8Array): Promise<void> {
  const target = await realpath(file).catch((error: unknown) => {
    if (isMissing(error)) return file
    throw error
  })
  const temporary = `${target}.tmp`
  try {
    await writeSynced(temporary, content, await modeOf(target))
    faultPoint('file.replace')
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  await syncFolder(path.dirname(target))
}

/** Whether `error` says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function modeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mode & 0o777
  } catch (error) {
    if (isMissing(error)) return 0o644
    throw error
  }
}

async function writeSynced(file: string, content: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'w', mode)
  try {
    await handle.chmod(mode)
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Where installed services are kept between runs, outside of the tree: `SLUICE_CACHE`, or the user's cache folder. */
export function cacheDir(): string {
  const own = process.env.SLUICE_CACHE
  if (own !== undefined && own !== '') return path.resolve(own)
  const xdg = process.env.XDG_CACHE_HOME
  const base = xdg === undefined || xdg === '' ? path.join(homedir(), '.cache') : xdg
  return path.join(base, 'sluice')
}

/**
 * The folder `name` of the cache, filled by `fill` where it is not there yet. Filled beside its place and then renamed,
 * so that an interrupted or a concurrent installation never leaves half a folder.
 */
export async function cached(name: string, fill: (dir: string) => Promise<void>): Promise<string> {
  const dir = path.join(cacheDir(), name)
  if (isFilled(dir)) return dir
  const fresh = `${dir}.${process.pid}`
  await mkdir(fresh, { recursive: true }).catch((cause: unknown) => {
    const hint = 'Set SLUICE_CACHE to a folder that may be written.'
    throw new Error(`Cannot keep test services in ${cacheDir()}. ${hint}`, { cause })
  })
  try {
    await fill(fresh)
    await writeFile(path.join(fresh, '.done'), '')
    // Another process may have been first, and use it by now.
    if (!isFilled(dir)) await rm(dir, { recursive: true, force: true })
    await rename(fresh, dir).catch((error: unknown) => {
      if (!isFilled(dir)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return dir
}

function isFilled(dir: string): boolean {
  return existsSync(path.join(dir, '.done'))
}

/** Runs a package client or tool to its end; its output becomes part of the error. */
export async function run(command: string, args: readonly string[], hint: string): Promise<string> {
  try {
    const { stdout } = await exec(command, args, { maxBuffer: 64 << 20 })
    return stdout
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : ''
    throw new Error(`${hint} (${command} failed).\n${output.trimEnd()}`, { cause: error })
  }
}

import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ConnectorConfig } from '../config/types.ts'
import { ConfigError } from '../errors/connect-error.ts'

/** Where config providers may read, as their parameter `allowed.paths` says; everywhere unless it is given. */
export class AllowedPaths {
  readonly #roots: readonly string[] | null

  /** Throws a ConfigError for a path that is not absolute or not there. */
  constructor(config: ConnectorConfig) {
    const listed = config['allowed.paths']?.trim() ?? ''
    this.#roots = listed === '' ? null : listed.split(',').map((root) => checked(root.trim()))
  }

  /** `given` without `..` where it lies below an allowed path, else null. */
  resolve(given: string): string | null {
    const wanted = path.resolve(given)
    if (this.#roots === null) return wanted
    const isBelow = this.#roots.some((root) => {
      return wanted === root || wanted.startsWith(root === path.sep ? root : root + path.sep)
    })
    return isBelow ? wanted : null
  }
}

function checked(root: string): string {
  if (!path.isAbsolute(root)) throw new ConfigError(`Path ${root} is not absolute`)
  const normal = path.resolve(root)
  if (!existsSync(normal)) throw new ConfigError(`Path ${root} does not exist`)
  return normal
}

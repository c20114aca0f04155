import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the checkout. Looked for upwards, because scripts run these modules bundled from another folder. */
export const root = findRoot(path.dirname(fileURLToPath(import.meta.url)))

/** A file of `test/services`. */
export function serviceFile(relative: string): string {
  return path.join(root, 'test', 'services', relative)
}

function findRoot(from: string): string {
  if (existsSync(path.join(from, 'package-lock.json'))) return from
  const parent = path.dirname(from)
  if (parent === from) throw new Error('These test services run inside a checkout of Sluice only.')
  return findRoot(parent)
}

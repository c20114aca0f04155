import { pagesOf } from './source-bucket.ts'
import type { SourceBucket } from './source-bucket.ts'

export interface FolderLayout {
  /** Above the topics; blank where they lie at the top. */
  readonly topicsDir: string
  readonly delimiter: string
  /** How many levels of folders the partitioner makes below a topic's. */
  readonly depth: number
  /** Folders that are listed at once. */
  readonly atOnce: number
}

/** The folders that hold objects, each with its delimiter at the end, in order: those of all topics, so many levels below. */
export async function listFolders(
  bucket: SourceBucket,
  layout: FolderLayout,
  signal: AbortSignal,
): Promise<string[]> {
  const { topicsDir, delimiter, depth } = layout
  const top = topicsDir.trim() === '' ? '' : `${topicsDir}${delimiter}`
  let level = [top]
  for (let at = 0; at <= depth; at++) level = await below(bucket, layout, level, signal)
  return level
}

async function below(
  bucket: SourceBucket,
  { delimiter, atOnce }: FolderLayout,
  parents: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[][] = parents.map(() => [])
  let next = 0
  const lister = async (): Promise<void> => {
    for (let at = next++; at < parents.length; at = next++) {
      const request = { prefix: parents[at] ?? '', after: null, delimiter, limit: 1000 }
      for await (const { folders } of pagesOf(bucket, request, signal)) found[at]?.push(...folders)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, parents.length) }, lister))
  return found.flat()
}

/** Names in one value of a configuration: what would end one is escaped. */
export function encodeFolders(folders: readonly string[]): string {
  return folders.map((name) => name.replace(/[%,\s]/g, encodeURIComponent)).join(',')
}

export function decodeFolders(text: string): string[] {
  return text === '' ? [] : text.split(',').map((name) => decodeURIComponent(name))
}

/** So many groups of folders that follow each other, as even as can be; fewer where there are fewer folders. */
export function groupFolders(folders: readonly string[], groups: number): string[][] {
  const count = Math.min(groups, folders.length)
  return Array.from({ length: count }, (_, index) =>
    folders.slice(
      Math.floor((index * folders.length) / count),
      Math.floor(((index + 1) * folders.length) / count),
    ),
  )
}

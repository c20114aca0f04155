import { ConfigError, JavaPattern } from 'sluice/api'
import type { SourcePartition } from 'sluice/api'
import type { FileStatus } from '../webhdfs/answers.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { joinPath, nameOf, parentOf } from '../webhdfs/path-text.ts'

/** A file that is to be read. */
export interface SourceFile {
  readonly path: string
  readonly bytes: number
  readonly topic: string
  /** Of Kafka, to write to; null where Kafka decides. */
  readonly partition: number | null
  /** What its offset is stored under: files that share it are read in the order of their names. */
  readonly source: SourcePartition
}

/** Says which files are read, and to where. */
export interface FileSelection {
  /** Null of a file that is left out. */
  select(path: string, status: FileStatus): SourceFile | null
}

/** What the sink wrote: topic and partition are in the name. Files of one partition in one directory follow each other. */
export class SinkFiles implements FileSelection {
  readonly #pattern: JavaPattern

  constructor(filenameRegex: string) {
    this.#pattern = new JavaPattern(filenameRegex)
    if (this.#pattern.groupCount >= 2) return
    throw new ConfigError(
      `Invalid value ${filenameRegex} for configuration filename.regex: expected groups for topic and partition.`,
    )
  }

  select(path: string, { bytes }: FileStatus): SourceFile | null {
    const match = this.#pattern.match(nameOf(path))
    const topic = match?.group(1) ?? ''
    const partition = Number(match?.group(2) ?? Number.NaN)
    if (topic === '' || !Number.isSafeInteger(partition)) return null
    return { path, bytes, topic, partition, source: { folder: parentOf(path), partition } }
  }
}

/** Any files: the first expression that matches the whole path says the topic. */
export class AnyFiles implements FileSelection {
  readonly #topics: readonly { readonly topic: string; readonly pattern: JavaPattern }[]

  constructor(topicRegexList: readonly string[]) {
    this.#topics = topicRegexList.map((each) => {
      const colon = each.indexOf(':')
      if (colon > 0) {
        return {
          topic: each.slice(0, colon).trim(),
          pattern: new JavaPattern(each.slice(colon + 1).trim()),
        }
      }
      throw new ConfigError(
        `Invalid value ${each} for configuration topic.regex.list: expected topic:regular expression.`,
      )
    })
  }

  select(path: string, { bytes }: FileStatus): SourceFile | null {
    // What `hdfs dfs -put` is about to write.
    if (path.endsWith('._COPYING_')) return null
    const found = this.#topics.find(({ pattern }) => pattern.match(path) !== null)
    if (found === undefined) return null
    return { path, bytes, topic: found.topic, partition: null, source: { file: path } }
  }
}

/** All directories below one, itself included, that hold files to be read. Those that begin with `+`, `_` or `.` are not looked into. */
export async function foldersBelow(
  hdfs: Hdfs,
  directory: string,
  selection: FileSelection,
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = []
  const open = [directory]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const here = at
    const inside = (await hdfs.list(here, signal)) ?? []
    for (const { name, isDirectory } of inside) {
      if (isDirectory && !isHidden(name)) open.push(joinPath(here, name))
    }
    if (inside.some((status) => chosen(selection, here, status) !== null)) found.push(here)
  }
  return found.sort()
}

/** The files of a directory that are to be read, in the order of their names: of numbers, the shorter come first. */
export async function filesIn(
  hdfs: Hdfs,
  directory: string,
  selection: FileSelection,
  signal: AbortSignal,
): Promise<SourceFile[]> {
  const inside = (await hdfs.list(directory, signal)) ?? []
  const files = inside.map((status) => chosen(selection, directory, status))
  return files.filter((file) => file !== null).sort((a, b) => compareNames(a.path, b.path))
}

/** Offsets that outgrow their padding have longer names. */
export function compareNames(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}

function chosen(
  selection: FileSelection,
  directory: string,
  status: FileStatus,
): SourceFile | null {
  const { name, isDirectory, bytes } = status
  if (isDirectory || bytes === 0 || isHidden(name)) return null
  return selection.select(joinPath(directory, name), status)
}

function isHidden(name: string): boolean {
  return /^[+_.]/.test(name)
}

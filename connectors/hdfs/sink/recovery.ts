import type { Logger, TopicPartition } from 'sluice/api'
import type { FileStatus } from '../webhdfs/answers.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { joinPath, nameOf, parentOf } from '../webhdfs/path-text.ts'
import { offsetsOf } from './hdfs-paths.ts'
import { decodeLog } from './write-ahead-log.ts'
import type { LogEntry } from './write-ahead-log.ts'

/** No log of ours has more; one of Java's that was appended to for long may. */
const mostLogBytes = 256 * 1024 * 1024

interface LogPlace {
  readonly hdfs: Hdfs
  readonly root: string
  readonly topicPartition: TopicPartition
  readonly log: Logger
  /** The directory of the log, and what is in it. */
  readonly dir: string
  readonly names: readonly FileStatus[]
}

interface FilePlace {
  readonly topicDir: string
  readonly tempDir: string
}

/**
 * Completes what the last run has begun: files that its log names get their names, those that it does not name are removed. Answers with
 * the offset behind the last record that is kept: by the log where all its files are there, else by the names of the files there are.
 * Null where there is none.
 */
export async function recover(
  place: LogPlace,
  { topicDir, tempDir }: FilePlace,
  signal: AbortSignal,
): Promise<number | null> {
  const { hdfs, dir, names } = place
  // Before the log is read: nobody else can give it its name then.
  for (const { name } of names) {
    if (name.endsWith('_tmp')) await hdfs.delete(joinPath(dir, name), signal)
  }
  const logs = ['log', 'log.1'].filter((name) => names.some((found) => found.name === name))
  let next: number | null = null
  for (const name of logs) {
    next ??= await byLog(place, joinPath(dir, name), signal)
  }
  next ??= await byNames(place, topicDir, signal)
  for (const { name, isDirectory } of (await hdfs.list(tempDir, signal)) ?? []) {
    if (!isDirectory) await hdfs.delete(joinPath(tempDir, name), signal)
  }
  return next
}

/** Null where the log says nothing, or names a file that is nowhere: then what there is decides (invariant 2). */
async function byLog(place: LogPlace, path: string, signal: AbortSignal): Promise<number | null> {
  const { log, topicPartition } = place
  const blocks = decodeLog(await read(place.hdfs, path, signal))
  let next: number | null = null
  let whole = true
  for (const entry of blocks.flat()) {
    const { temp, final } = { temp: pathOf(entry.temp), final: pathOf(entry.final) }
    const offsets = offsetsOf(nameOf(final), topicPartition) ?? foreignOffsets(nameOf(final))
    if (await complete(place.hdfs, { temp, final }, signal)) {
      if (offsets !== null) next = Math.max(next ?? 0, offsets.end + 1)
      continue
    }
    whole = false
    log.warn(`${path} names ${final}, which is neither there nor at ${temp}.`)
  }
  return whole ? next : null
}

async function complete(
  hdfs: Hdfs,
  { temp, final }: LogEntry,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await hdfs.status(final, signal)) !== null) return true
  await hdfs.makeDirectory(parentOf(final), signal)
  if (await hdfs.rename(temp, final, signal)) return true
  return (await hdfs.status(final, signal)) !== null
}

/** A transformation may have given the records another topic, whose name the file then has. */
function foreignOffsets(name: string): { readonly end: number } | null {
  const [, , , end = ''] = name.split('+')
  const number = Number.parseInt(end, 10)
  return Number.isNaN(number) ? null : { end: number }
}

async function byNames(
  place: LogPlace,
  directory: string,
  signal: AbortSignal,
): Promise<number | null> {
  const { hdfs, topicPartition } = place
  let next: number | null = null
  const open = [directory]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const { name, isDirectory } of (await hdfs.list(at, signal)) ?? []) {
      if (isDirectory) open.push(joinPath(at, name))
      const offsets = isDirectory ? null : offsetsOf(name, topicPartition)
      if (offsets !== null) next = Math.max(next ?? 0, offsets.end + 1)
    }
  }
  return next
}

async function read(hdfs: Hdfs, path: string, signal: AbortSignal): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of await hdfs.open(path, null, signal)) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > mostLogBytes) break
  }
  return Buffer.concat(chunks)
}

/** The path of a URL, or a path as it is. */
function pathOf(url: string): string {
  return joinPath('/', url.replace(/^[a-z]+:\/\/[^/]*/, ''))
}

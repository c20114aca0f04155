import { RetriableError, isConnectError } from 'sluice/api'
import type { Logger, TopicPartition } from 'sluice/api'
import type { FileStatus } from '../webhdfs/answers.ts'
import type { Hdfs } from '../webhdfs/hdfs.ts'
import { joinPath, nameOf, parentOf } from '../webhdfs/path-text.ts'
import { exceptionOf } from '../webhdfs/remote-exception.ts'
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
 * the offset behind the last record that is kept: by the log where its files are there, else by the names of the files there are.
 * Null where there is none. The log before it counts only where there is none, or none that is whole: it may be of long ago.
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
    const path = joinPath(dir, name)
    const blocks = decodeLog(await read(hdfs, path, signal))
    if (blocks.flat().length === 0) continue
    next = await byLog(place, path, blocks, signal)
    break
  }
  next ??= await byNames(place, topicDir, signal)
  for (const { name, isDirectory } of (await hdfs.list(tempDir, signal)) ?? []) {
    if (!isDirectory) await hdfs.delete(joinPath(tempDir, name), signal)
  }
  return next
}

/**
 * By the last commit that the log tells of: the offset behind it, or, where only some of its files are to be found, the one it began with, so that it is made again
 * (invariant 2). Null where the log says nothing, or none of them is there: then what there is decides.
 */
async function byLog(
  place: LogPlace,
  path: string,
  blocks: readonly (readonly LogEntry[])[],
  signal: AbortSignal,
): Promise<number | null> {
  const { log, topicPartition } = place
  let next: number | null = null
  for (const block of blocks) {
    const missing: string[] = []
    let start = Number.POSITIVE_INFINITY
    let end: number | null = null
    for (const entry of block) {
      const { temp, final } = { temp: pathOf(entry.temp), final: pathOf(entry.final) }
      const offsets = offsetsOf(nameOf(final), topicPartition) ?? foreignOffsets(nameOf(final))
      if (!(await complete(place.hdfs, { temp, final }, signal))) {
        log.warn(`${path} names ${final}, which is neither there nor at ${temp}.`)
        missing.push(final)
      }
      if (offsets === null) continue
      start = Math.min(start, offsets.start)
      end = Math.max(end ?? 0, offsets.end)
    }
    if (end === null) continue
    if (missing.length === block.length) next = null
    else next = missing.length === 0 ? end + 1 : start
  }
  return next
}

async function complete(
  hdfs: Hdfs,
  { temp, final }: LogEntry,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await hdfs.status(final, signal)) !== null) return true
  await hdfs.makeDirectory(parentOf(final), signal)
  if (await hdfs.rename(temp, final, signal)) return true
  if ((await hdfs.status(final, signal)) !== null) return true
  if ((await hdfs.status(temp, signal)) === null) return false
  throw new RetriableError(`HDFS did not rename ${temp} to ${final}, though nothing is there.`)
}

/** A transformation may have given the records another topic, whose name the file then has. */
function foreignOffsets(name: string): { readonly start: number; readonly end: number } | null {
  const [, , start = '', end = ''] = name.split('+')
  const offsets = { start: Number.parseInt(start, 10), end: Number.parseInt(end, 10) }
  return Number.isNaN(offsets.start + offsets.end) ? null : offsets
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
  try {
    for await (const chunk of await hdfs.open(path, null, signal)) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > mostLogBytes) break
    }
  } catch (cause) {
    signal.throwIfAborted()
    // A request that was taken for lost may rename the log after it was listed.
    const isGone = exceptionOf(cause) === 'FileNotFoundException'
    if (isConnectError(cause) && !isGone) throw cause
    throw new RetriableError(`Reading ${path} was broken off.`, { cause })
  }
  return Buffer.concat(chunks)
}

/** The path of a URL, or a path as it is. */
function pathOf(url: string): string {
  return joinPath('/', url.replace(/^[a-z]+:\/\/[^/]*/, ''))
}

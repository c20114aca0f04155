import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { ConverterTask, Digest, Timed } from './converter-task.ts'

/** What is done to each document of a task. */
export interface Work {
  readonly count: number
  /** Hot: does it to one and answers with a number made of a part of the result. */
  step(index: number): number
  /** All of what the last step resulted in. */
  last(): string | Uint8Array
}

/** Answers questions on standard input until that ends; the first one is the task. ConverterBench.java does the same. */
export async function serve(prepare: (task: ConverterTask) => Promise<Work>): Promise<void> {
  let work: Work | null = null
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line) as
      | { readonly op: 'prepare'; readonly task: ConverterTask }
      | { readonly op: 'digest' }
      | { readonly op: 'run'; readonly seconds: number }
    let answer: unknown = {}
    if (question.op === 'prepare') work = await prepare(question.task)
    else if (work === null) throw new Error('There is no task yet.')
    else answer = question.op === 'digest' ? digest(work) : timed(work, question.seconds)
    console.log(JSON.stringify(answer))
  }
}

function digest(work: Work): Digest {
  const sha = createHash('sha256')
  let hash = 0
  for (let i = 0; i < work.count; i++) {
    hash = (Math.imul(hash, 31) + work.step(i)) | 0
    sha.update(work.last()).update('\n')
  }
  return { count: work.count, digest: sha.digest('hex'), hash }
}

/** All documents again and again, until so much CPU is used. */
function timed(work: Work, seconds: number): Timed {
  const before = process.cpuUsage()
  const hash = once(work)
  let records = work.count
  let cpuSeconds = cpuSince(before)
  while (cpuSeconds < seconds) {
    if (once(work) !== hash) throw new Error('Found another result than before.')
    records += work.count
    cpuSeconds = cpuSince(before)
  }
  return { records, cpuSeconds, hash }
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

function once(work: Work): number {
  let hash = 0
  for (let i = 0; i < work.count; i++) hash = (Math.imul(hash, 31) + work.step(i)) | 0
  return hash
}

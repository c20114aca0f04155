import type { Letter } from './letter.ts'

/** What is to become of a letter: written to a topic, or left where it is for a reason. */
export type Plan =
  { readonly topic: string; readonly partition: number | null } | { readonly leftBecause: string }

/**
 * A letter goes back to the topic and partition it came from, or to `to`. One that a source's record was kept as in JSON is not
 * what its topic holds, so it goes where it is told to only.
 */
export function planOf(letter: Letter, to: string | null, maxReplays: number): Plan {
  const { context, replays } = letter
  const topic = to ?? context('topic') ?? ''
  if (topic === '') {
    return { leftBecause: 'it does not say where it came from: name a topic by --to' }
  }
  if (replays >= maxReplays) {
    const times = replays === 1 ? 'once' : `${replays} times`
    return {
      leftBecause: `it was replayed ${times} and came back: name it by --offset and raise --max-replays`,
    }
  }
  const format = context('format') ?? 'converted'
  if (to === null && format !== 'converted') {
    return { leftBecause: `its source's record is kept as ${format}: name a topic by --to` }
  }
  const partition = Number.parseInt(context('partition') ?? '', 10)
  return { topic, partition: to === null && partition >= 0 ? partition : null }
}

import { errorLine, letterOf, matches } from './letter.ts'
import type { Letter } from './letter.ts'
import type { LetterTopics } from './letter-topics.ts'
import type { DlqOptions } from './options.ts'

/** Beyond so many different errors of a topic the rest is counted together. */
const mostKinds = 1000

/** Counts the letters of each queue by what they failed of, the most frequent first. */
export async function list(
  topics: LetterTopics,
  { topics: asked, filter }: DlqOptions,
  print: (line: string) => void,
): Promise<void> {
  const queues = asked.length > 0 ? asked : await topics.findQueues()
  if (queues.length === 0) {
    print(
      'No topic has a letter with context headers. A queue without them can be named: list TOPIC.',
    )
  }
  for (const topic of queues) {
    const counts = new Map<string, number>()
    let total = 0
    await topics.read(await topics.ranges([topic]), (records) => {
      for (const raw of records) {
        const letter = letterOf(raw)
        if (!matches(letter, filter)) continue
        total++
        const kind = kindOf(letter)
        const key = counts.has(kind) || counts.size < mostKinds ? kind : 'other errors'
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
      return Promise.resolve(true)
    })
    print(`${topic}: ${total} ${total === 1 ? 'letter' : 'letters'}`)
    for (const [kind, count] of [...counts].sort(([, a], [, b]) => b - a)) {
      print(`${String(count).padStart(8)}  ${kind}`)
    }
  }
}

function kindOf(letter: Letter): string {
  const { context } = letter
  const connector = context('connector.name')
  if (connector === undefined) return errorLine(letter)
  return `${context('topic') ?? '?'} → ${connector}  ${context('stage') ?? '?'}  ${errorLine(letter)}`
}

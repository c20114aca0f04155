import { simpleNameOf } from './aliases.ts'

/** Words that say nothing about what a plugin is for. */
const commonWords = new Set(
  [
    'org',
    'com',
    'io',
    'net',
    'apache',
    'confluent',
    'confluentinc',
    'kafka',
    'connect',
    'connector',
  ].concat(['connectors', 'jar', 'all', 'plugin', 'plugins', 'java', 'class', 'the']),
)

/** Up to three of `candidates` that `name` may have been meant for, nearest first. */
export function nearNames(name: string, candidates: readonly string[]): string[] {
  const wanted = wordsOf(name)
  return candidates
    .map((candidate) => ({ candidate, score: likeness(name, wanted, candidate) }))
    .filter(({ score }) => score >= 0.5)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** The one of `candidates` that shares most words with `name`, e.g. of a `.jar`; null where none does. */
export function nearestByWords(name: string, candidates: readonly string[]): string | null {
  const wanted = wordsOf(name)
  let best: string | null = null
  let most = 0
  for (const candidate of candidates) {
    const shared = sharedWords(wanted, wordsOf(candidate))
    if (shared > most) {
      most = shared
      best = candidate
    }
  }
  return best
}

/** From 0 to 1: how alike two names are, by their letters or by their words, whichever is more. */
function likeness(name: string, wanted: ReadonlySet<string>, candidate: string): number {
  const a = coreOf(name)
  const b = coreOf(candidate)
  const byLetters = 1 - editDistance(a, b) / Math.max(a.length, b.length, 1)
  const words = wordsOf(simpleNameOf(candidate))
  const byWords = sharedWords(wanted, words) / Math.max(words.size, 1)
  return Math.max(byLetters >= 0.7 ? byLetters : 0, byWords)
}

/** What is left of a class name or alias without package, blanks and the suffix that all connectors have. */
function coreOf(name: string): string {
  return simpleNameOf(name)
    .toLowerCase()
    .replace(/\s|connector$/g, '')
}

function sharedWords(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0
  for (const word of a) if (b.has(word)) shared++
  return shared
}

/** `FileStreamSourceConnector` has the words file, stream and source. */
function wordsOf(name: string): ReadonlySet<string> {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z][a-z\d]+/g)
  return new Set((words ?? []).filter((word) => !commonWords.has(word)))
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substituted, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

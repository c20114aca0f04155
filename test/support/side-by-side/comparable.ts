import { builtInPlugins } from '../../../src/plugins/built-in-plugins.ts'
import type { RestAnswer } from '../connect-cluster/rest.ts'
import type { WatchedRecord } from '../connect-cluster/topic-watch.ts'
import type { Side } from './side.ts'

/** An answer without what differs between two runs: ids, times, traces, and the order of what is a hash map in Java. */
export interface ComparableAnswer {
  readonly status: number
  readonly contentType: unknown
  readonly location: unknown
  readonly allow: unknown
  readonly body: string
}

export function comparableAnswer(
  side: Side,
  path: string,
  { status, headers, text }: RestAnswer,
): ComparableAnswer {
  const { location } = headers
  return {
    status,
    contentType: headers['content-type'],
    location: typeof location === 'string' ? side.common(location) : location,
    allow: headers.allow,
    body: comparableBody(side.common(text), path),
  }
}

function comparableBody(text: string, path: string): string {
  const [route = ''] = path.split('?')
  try {
    const isMap = /^\/connectors\/?$/.test(route) || route.endsWith('/config')
    const value: unknown = JSON.parse(text, withoutOthers)
    return JSON.stringify(normalized(value, isMap), null, 1)
  } catch {
    return text
  }
}

/** Java's worker has none but Kafka's plugins here; ours has some of others' too. */
const ofOthers = new Set(
  builtInPlugins
    .map(({ className }) => className)
    .filter((className) => !className.startsWith('org.apache.kafka.')),
)

function withoutOthers(key: string, value: unknown): unknown {
  if (key !== 'recommended_values' || !Array.isArray(value)) return value
  return value.filter((name) => typeof name !== 'string' || !ofOthers.has(name))
}

/** Lists in which nothing lies in the order: names of a set, and tasks of a plan. */
const unorderedLists = ['topics', 'tasks', 'offsets']

function normalized(value: unknown, isMap = false): unknown {
  if (typeof value === 'string') return normalizedText(value)
  if (Array.isArray(value)) {
    const elements = value.map((element) => normalized(element))
    return isMap ? sorted(elements) : elements
  }
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
  if (isMap && !('error_code' in value)) members.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([key, member]) => [key, normalizedMember(key, member)]))
}

function normalizedMember(key: string, member: unknown): unknown {
  if (key === 'trace') return typeof member === 'string' && member !== '' ? '(trace)' : member
  if (key === 'last_modified') return member === null ? member : '(time)'
  return normalized(member, key === 'config' || unorderedLists.includes(key))
}

function sorted(elements: readonly unknown[]): unknown[] {
  const byText = (element: unknown): string => JSON.stringify(element)
  return [...elements].sort((a, b) => (byText(a) < byText(b) ? -1 : 1))
}

function normalizedText(text: string): string {
  return text
    .replace(/(Connector config )\{(.*?)\}/, (_, before: string, pairs: string) => {
      return `${before}{${pairs.split(', ').sort().join(', ')}}`
    })
    .replace(/(available connectors are: ).*/s, '$1…')
}

/** What two clusters to which the same was done must have in their internal topics. */
export interface ComparableTopics {
  /** Every record from the one looked for on, in its order, bytes as text. */
  readonly configs: readonly string[]
  /** By key the last value: how often a status is written while something moves is no one's promise. */
  readonly statuses: readonly string[]
  readonly offsets: readonly string[]
}

export function comparableTopics(side: Side, from: number): ComparableTopics {
  const { cluster, watch } = side
  const text = (record: WatchedRecord): string => comparableRecord(side, record)
  const last = (topic: string): string[] =>
    Array.from(watch.latest(topic).values())
      .filter(({ value }) => value !== null)
      .map(text)
      .sort()
  return {
    configs: watch.records(cluster.configTopic).slice(from).map(text),
    statuses: last(cluster.statusTopic),
    offsets: last(cluster.offsetTopic),
  }
}

/** Members stay as they were written, in their order and without blanks. */
function comparableRecord(side: Side, { key, value }: WatchedRecord): string {
  if (value === null) return side.common(`${key} null`)
  if (key === 'session-key') {
    const { key: secret, ...rest } = JSON.parse(value) as { key: string; algorithm: string }
    return `${key} ${Buffer.from(secret, 'base64').length} ${Object.keys(rest).join()} ${rest.algorithm}`
  }
  const common = side
    .common(value)
    .replace(/("generation":)\d+/, '$1(generation)')
    .replace(/("discoverTimestamp":)\d+/, '$1(time)')
    // Which of the two tasks of a sink joins its group first, and reads, is no one's promise.
    .replace(/("connector":"@sink","task":)\d+/, '$1(task)')
    .replace(/("trace":)"(?:[^"\\]|\\.)*"/, '$1"(trace)"')
  return side.common(`${key} ${common}`)
}

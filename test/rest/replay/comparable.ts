import { discoverPlugins } from '../../../src/plugins/discovery.ts'
import type { Answer } from './client.ts'
import { recordedAt } from './recorded.ts'
import type { Mode, RecordedCall } from './recorded.ts'

/** What a worker's answers are compared by: what varies between two runs is taken out, what must not stays. */
export interface Surroundings {
  readonly mode: Mode
  readonly port: number
  /** Where the files of the file connectors lie. */
  readonly folder: string
  /** Before the names of topics. */
  readonly topicPrefix: string
  readonly clusterId: string
  /** The plugins that there are here: what the recorded worker had beside them is not missed in its lists. */
  readonly classes: ReadonlySet<string>
}

/** The recorded answer, as it would read in these surroundings. */
export function expectedAnswer(call: RecordedCall, surroundings: Surroundings): Answer {
  const { headers } = call
  const known = withoutForeign(call.json, surroundings)
  const body = known === undefined ? (call.text ?? '') : JSON.stringify(known)
  return comparable(call, surroundings, {
    status: call.status,
    contentType: headers['Content-Type'],
    location: headers.Location && move(headers.Location, surroundings),
    allow: headers.Allow,
    body: move(body, surroundings),
  })
}

/** Without the plugins that are not here: entries of the list of plugins, and recommended values. */
function withoutForeign(json: unknown, { classes }: Surroundings): unknown {
  const isForeign = (name: unknown): boolean =>
    typeof name === 'string' && /^org\.apache\.kafka\.\w/.test(name) && !classes.has(name)
  if (json === undefined) return undefined
  return JSON.parse(JSON.stringify(json), (key, value: unknown): unknown => {
    if (!Array.isArray(value)) return value
    const elements: readonly unknown[] = value
    if (key === 'recommended_values') return elements.filter((name) => !isForeign(name))
    return elements.filter((entry) => !isForeign((entry as { class?: unknown } | null)?.class))
  })
}

/** The call as it is to be sent in these surroundings. */
export function movedCall(call: RecordedCall, surroundings: Surroundings): RecordedCall {
  return JSON.parse(move(JSON.stringify(call), surroundings)) as RecordedCall
}

/** An answer in the form in which equal ones are equal. */
export function comparable(
  { id, path }: RecordedCall,
  { mode }: Surroundings,
  answer: Answer,
): Answer {
  const [route = ''] = path.split('?')
  return { ...answer, body: withoutProgress(id, mode, normalizeBody(answer.body, route)) }
}

/** How far tasks had come when they were asked, or stopped: that is another number each time. */
const progress = new Map([
  // The source goes on, and its next record lists the topic again.
  ['07-topics/05', /("topics": )\[[^\]]*\]/g],
  ['08-offsets/02', /("kafka_offset": )\d+/g],
  ['08-offsets/03', /("seqno": )\d+/g],
  ['08-offsets/36', /("id": 1\s+},\s+"offset": {\s+"seqno": )\d+/g],
  ['08-offsets/38', /("id": 1\s+},\s+"offset": {\s+"seqno": )\d+/g],
  // The source has been resumed, and may have committed again by then.
  ['12-routes/15', /("offsets": )\[[^\]]*\]/g],
])

/** In a cluster a connector is made before its tasks are. */
const progressOfCluster = new Map([['02-create/44', /("tasks": )\[[^\]]*\]/g]])

function withoutProgress(id: string, mode: Mode, body: string): string {
  const pattern = (mode === 'distributed' ? progressOfCluster.get(id) : null) ?? progress.get(id)
  return pattern === undefined ? body : body.replace(pattern, '$1…')
}

function move(text: string, { mode, port, folder, topicPrefix, clusterId }: Surroundings): string {
  return recordedAt.topics
    .reduce((moved, topic) => moved.replaceAll(topic, `${topicPrefix}${topic}`), text)
    .replaceAll(recordedAt.address[mode], `127.0.0.1:${port}`)
    .replaceAll(recordedAt.folder, folder)
    .replaceAll(recordedAt.clusterId, clusterId)
}

function normalizeBody(body: string, route: string): string {
  let value: unknown
  try {
    value = JSON.parse(body, withoutOthers)
  } catch {
    return body
  }
  return JSON.stringify(normalize(value, isHashMap(route)), null, 1)
}

/** The recorded worker had none but Kafka's plugins; ours has some of others': they stand in lists of plugins and classes. */
const ofOthers = new Set(
  (await discoverPlugins([])).plugins
    .map(({ className }) => className)
    .filter((className) => !className.startsWith('org.apache.kafka.')),
)

function withoutOthers(_key: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const elements: readonly unknown[] = value
  const nameOf = (element: unknown): unknown =>
    (element as { readonly class?: unknown } | null)?.class ?? element
  return elements.filter((element) => {
    const name = nameOf(element)
    return typeof name !== 'string' || !ofOthers.has(name)
  })
}

/** Whether the answer itself is a HashMap or a HashSet of Java's, in whose order nothing lies. */
function isHashMap(route: string): boolean {
  return /^\/connectors\/?$/.test(route) || /^\/connectors\/[^/]+\/config$/.test(route)
}

/** Members keep their order, except in hash maps: configurations, and what is listed by name. */
function normalize(value: unknown, unordered = false): unknown {
  if (typeof value === 'string') return normalizeText(value)
  if (Array.isArray(value)) {
    const elements = value.map((element) => normalize(element))
    return unordered ? elements.sort() : elements
  }
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value)
  if (unordered && !('error_code' in value)) members.sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([key, member]) => [key, normalizeMember(key, member)]))
}

function normalizeMember(key: string, member: unknown): unknown {
  if (key === 'trace') return typeof member === 'string' && member !== '' ? '(trace)' : member
  if (key === 'last_modified') return member === null ? member : '(time)'
  return normalize(member, key === 'config')
}

function normalizeText(text: string): string {
  return text
    .replace(/(Connector config )\{(.*?)\}/, (_, before: string, pairs: string) => {
      return `${before}{${pairs.split(', ').sort().join(', ')}}`
    })
    .replace(/(available connectors are: ).*/s, '$1…')
}

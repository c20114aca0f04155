/**
 * A strict reader of Prometheus' text format 0.0.4, after its grammar: what Prometheus itself would let pass with a shrug
 * (a family in two places, HELP after samples, buckets that shrink) is an error here.
 */

export interface ParsedSample {
  /** With `_bucket`, `_sum` or `_count` where it is part of a histogram. */
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

export interface ParsedFamily {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: ParsedSample[]
}

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const labelPattern = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const types = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

/** Throws an Error that names the line. */
export function parsePrometheusText(text: string): Map<string, ParsedFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('The last line does not end.')
  const families = new Map<string, ParsedFamily>()
  const seen = new Set<string>()
  let current: ParsedFamily | null = null
  let help: readonly [string, string] | null = null
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const fail = (why: string): Error => new Error(`Line ${index + 1}: ${why}: ${line}`)
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/s.exec(line)
    if (comment) {
      const [, keyword, name = '', rest = ''] = comment
      if (!namePattern.test(name)) throw fail('no name of a metric')
      if (keyword === 'HELP') {
        if (help !== null) throw fail('HELP without TYPE before it')
        help = [name, unescape(rest, /\\(.)/g, { '\\': '\\', n: '\n' }, fail)]
        continue
      }
      if (help?.[0] !== name) throw fail('TYPE without its HELP')
      if (!types.includes(rest)) throw fail('no type')
      if (families.has(name)) throw fail('a family in two places')
      current = { name, help: help[1], type: rest, samples: [] }
      families.set(name, current)
      help = null
      continue
    }
    if (help !== null) throw fail('expected TYPE')
    const sample = parseSample(line, fail)
    if (current === null || !belongs(sample.name, current)) throw fail('not of the family above it')
    const key = JSON.stringify([sample.name, [...sample.labels].sort()])
    if (seen.has(key)) throw fail('a series twice')
    seen.add(key)
    if (current.type === 'counter' && sample.value < 0) throw fail('a counter below 0')
    current.samples.push(sample)
  }
  for (const family of families.values()) {
    if (family.samples.length === 0) throw new Error(`${family.name} has no samples.`)
    if (family.type === 'histogram') checkHistogram(family)
  }
  return families
}

/** The value of the one sample of a metric with these labels among its own. */
export function valueOf(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const samples = families.get(name)?.samples ?? []
  const found = samples.filter((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value),
  )
  const [only] = found
  if (only === undefined || found.length > 1) {
    throw new Error(`${name} ${JSON.stringify(labels)} has ${found.length} samples.`)
  }
  return only.value
}

type Fail = (why: string) => Error

function parseSample(line: string, fail: Fail): ParsedSample {
  const [, name = '', labelText, valueText = ''] =
    /^([^\s{]+)(\{.*\})? ([^ {}]+)$/s.exec(line) ?? []
  if (!namePattern.test(name)) throw fail('no sample')
  return { name, labels: parseLabels(labelText, fail), value: parseValue(valueText, fail) }
}

function parseLabels(text: string | undefined, fail: Fail): Map<string, string> {
  const labels = new Map<string, string>()
  if (text === undefined) return labels
  const pair = /([^=,{}"]*)="((?:[^"\\\n]|\\.)*)"(,|\}$)/y
  let at = 1
  while (at < text.length) {
    pair.lastIndex = at
    const found = pair.exec(text)
    if (!found) throw fail('no label')
    const [whole, key = '', value = ''] = found
    if (!labelPattern.test(key)) throw fail(`no label name ${key}`)
    if (labels.has(key)) throw fail(`label ${key} twice`)
    labels.set(key, unescape(value, /\\(.)/g, { '\\': '\\', n: '\n', '"': '"' }, fail))
    at += whole.length
    if (found[3] === ',' && at >= text.length - 1) throw fail('a comma too many')
  }
  return labels
}

function parseValue(text: string, fail: Fail): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw fail('no value')
  return Number(text)
}

function unescape(
  text: string,
  pattern: RegExp,
  known: Readonly<Record<string, string>>,
  fail: Fail,
): string {
  if (/(^|[^\\])(\\\\)*\\$/.test(text)) throw fail('an escape that does not end')
  return text.replace(pattern, (_, code: string) => {
    const meant = known[code]
    if (meant === undefined) throw fail(`an unknown escape \\${code}`)
    return meant
  })
}

function belongs(sample: string, { name, type }: ParsedFamily): boolean {
  if (type !== 'histogram') return sample === name
  return ['_bucket', '_sum', '_count'].some((part) => sample === name + part)
}

/** For every set of labels: buckets that grow with their bound up to `+Inf`, which holds as many as `_count`, and `_sum`. */
function checkHistogram({ name, samples }: ParsedFamily): void {
  const groups = new Map<string, { buckets: [number, number][]; sum?: number; count?: number }>()
  for (const sample of samples) {
    const labels = new Map(sample.labels)
    const le = labels.get('le')
    labels.delete('le')
    const key = JSON.stringify([...labels].sort())
    const group = groups.get(key) ?? { buckets: [] }
    groups.set(key, group)
    if (sample.name === `${name}_sum`) group.sum = sample.value
    else if (sample.name === `${name}_count`) group.count = sample.value
    else if (le === undefined) throw new Error(`${name}: a bucket without a bound.`)
    else group.buckets.push([le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), sample.value])
  }
  for (const [labels, { buckets, sum, count }] of groups) {
    const grows = buckets.every(
      ([bound, value], index) =>
        index === 0 ||
        (bound > (buckets[index - 1]?.[0] ?? 0) && value >= (buckets[index - 1]?.[1] ?? 0)),
    )
    const last = buckets.at(-1)
    if (!grows || last?.[0] !== Number.POSITIVE_INFINITY || last[1] !== count || sum === undefined)
      throw new Error(`${name} ${labels} is no histogram.`)
  }
}

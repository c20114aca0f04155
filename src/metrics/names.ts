import { groups } from './groups.ts'
import type { Attribute, Reading, Tags } from './groups.ts'
import type { Labels, MetricFamily, Sample } from './metric-family.ts'

/**
 * Under which names Connect's metrics are served, by what the two rule sets for the JMX exporter make of them that dashboards
 * are written for: `short`, Strimzi's (`kafka_connect_worker_task_count`); `full`, Confluent's
 * (`kafka_connect_connect_worker_metrics_task_count`), with what Strimzi's own reporter adds to those; or both.
 */
export const metricNames = ['short', 'full', 'both'] as const
export type MetricNames = (typeof metricNames)[number]

/** Readings as families, every name once, in the order of the readings. */
export function familiesOf(readings: readonly Reading[], names: MetricNames): MetricFamily[] {
  const families = new Map<string, MetricFamily & { readonly samples: Sample[] }>()
  const naming = names === 'both' ? [short, full] : [names === 'short' ? short : full]
  for (const name of naming) {
    for (const reading of readings) {
      for (const [attribute, value] of Object.entries<number | string>(reading.values)) {
        const spec = attributesOf(reading)[attribute]
        if (spec === undefined) continue
        for (const named of name({ reading, attribute, value, kind: spec.kind })) {
          const { help, kind } = spec
          const type = kind === 'text' ? 'gauge' : kind
          const family = families.get(named.name) ?? { name: named.name, help, type, samples: [] }
          families.set(named.name, family)
          family.samples.push({ labels: named.labels, value: named.value })
        }
      }
    }
  }
  return [...families.values()]
}

interface Fact {
  readonly reading: Reading
  readonly attribute: string
  readonly value: number | string
  readonly kind: Attribute['kind']
}

interface Named {
  readonly name: string
  readonly labels: Labels
  readonly value: number
}

function attributesOf({ group }: Reading): Readonly<Record<string, Attribute | undefined>> {
  return groups[group].attributes
}

/** Strimzi's rules: the type without `-metrics` and what repeats, then the attribute; texts as a label of that name. */
function short({ reading, attribute, value, kind }: Fact): Named[] {
  const labels = shortLabels(reading.tags)
  const { type, domain } = groups[reading.group]
  if (reading.group === 'appInfo') {
    const name = `kafka_connect_${underscored(attribute)}`
    return attribute === 'start-time-ms'
      ? [{ name: 'kafka_connect_start_time_seconds', labels, value: Number(value) / 1000 }]
      : [{ name: `${name}_info`, labels: withText(labels, attribute, value), value: 1 }]
  }
  const kindOfBean = type.replace(/-metrics$/, '').replace(/^connect-/, '')
  const prefix = domain === 'connect' ? 'kafka_connect_' : 'kafka_'
  const name = `${prefix}${underscored(`${kindOfBean}-${attribute}`)}`
  if (kind === 'text') return [{ name, labels: withText(labels, attribute, value), value: 1 }]
  return [{ name, labels, value: Number(value) }]
}

/** Confluent's rules: domain, type and attribute in full; and, for texts, the names of Strimzi's reporter. */
function full({ reading, attribute, value, kind }: Fact): Named[] {
  const { type, domain } = groups[reading.group]
  const labels = fullLabels(reading)
  const bean = `kafka_${domain}_${underscored(type)}`
  if (kind !== 'text') {
    const name = `${bean}_${underscored(attribute)}`
    const plain = { name, labels, value: Number(value) }
    // Strimzi's reporter has no counters, and its gauges may not end in _total.
    const isShortened = domain !== 'connect' && name.endsWith('_total')
    return isShortened ? [plain, { ...plain, name: name.replace(/_total$/, '') }] : [plain]
  }
  const told = { labels: withText(labels, attribute, value), value: 1 }
  // The exporter's older and newer releases disagree on whether a name may end in _info.
  if (reading.group === 'appInfo') {
    return [
      { name: bean, ...told },
      { name: 'kafka_connect_app', ...told },
    ]
  }
  const info = { name: `${bean}_${underscored(attribute)}_info`, ...told }
  return reading.group === 'connector' ? [{ name: bean, ...told }, info] : [info]
}

function shortLabels({ 'client-id': clientId, ...tags }: Tags): Labels {
  return clientId === undefined ? tags : { clientid: clientId, ...tags }
}

function fullLabels({ group, tags }: Reading): Labels {
  const { domain } = groups[group]
  const { 'client-id': clientId, ...rest } = tags
  if (group === 'worker') return { connector: 'aggregate' }
  if (clientId === undefined) return rest
  const client = domain === 'connect' ? {} : { client_type: domain }
  return { ...client, client_id: clientId, ...rest }
}

function withText(labels: Labels, attribute: string, value: number | string): Labels {
  return { ...labels, [underscored(attribute)]: String(value) }
}

function underscored(name: string): string {
  return name.replaceAll('-', '_')
}

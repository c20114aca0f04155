import type { Labels, MetricFamily, Sample } from './metric-family.ts'

/** The media type of {@link toPrometheusText}. */
export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Prometheus' text format, version 0.0.4. Families without samples are left out. */
export function toPrometheusText(families: readonly MetricFamily[]): string {
  const lines: string[] = []
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`)
    for (const sample of samples) lines.push(lineOf(name, sample))
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function lineOf(name: string, { labels, value, part }: Sample): string {
  const full = part === undefined ? name : `${name}_${part}`
  return `${full}${labelsText(labels)} ${valueText(value)}`
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' }

function escapeLabel(text: string): string {
  return text.replace(/[\\\n"]/g, (found) => escapes[found] ?? found)
}

/** A quote needs no escape here. */
function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (found) => escapes[found] ?? found)
}

import { parser } from '@prometheus-io/lezer-promql'

/** The metrics that an expression of PromQL queries. Throws an Error where it is none. */
export function metricsOf(expression: string): string[] {
  const metrics: string[] = []
  // What Grafana puts in for it is a duration.
  const text = expression.replaceAll('$__rate_interval', '5m')
  parser.parse(text).iterate({
    enter: (node) => {
      if (node.type.isError) {
        throw new Error(`No PromQL at "${text.slice(0, node.from)}⚠${text.slice(node.from)}"`)
      }
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') {
        metrics.push(text.slice(node.from, node.to))
      }
    },
  })
  return metrics
}

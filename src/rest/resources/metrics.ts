import { prometheusContentType, toPrometheusText } from '../../metrics/exposition.ts'
import type { Resource } from '../resource.ts'

/** `GET /metrics`: ours, where the Java worker needs an agent. For Prometheus, in its text format. */
export const metrics: Resource = {
  path: '/metrics',
  consumesJson: false,
  produces: prometheusContentType,
  timeLimitMs: 10_000,
  methods: {
    GET: async ({ herder }) => ({ status: 200, text: toPrometheusText(await herder.metrics()) }),
  },
  operations: {
    GET: { summary: 'Everything that is measured, for Prometheus.', answers: { 200: 'Any' } },
  },
}

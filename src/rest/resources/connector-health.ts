import { flagParameter } from '../openapi/operation.ts'
import type { Resource } from '../resource.ts'

/**
 * `GET /connectors/{connector}/health`: ours. 200 whatever the health is; with `?fail=true` 503 where it is not healthy, for
 * probes that look at the status alone.
 */
export const connectorHealth: Resource = {
  path: '/connectors/:connector/health',
  consumesJson: true,
  timeLimitMs: 10_000,
  methods: {
    GET: ({ herder, param, query }) => {
      const health = herder.connectorHealth(param('connector'))
      const fails = query.get('fail')?.toLowerCase() === 'true' && !health.healthy
      return { status: fails ? 503 : 200, body: health }
    },
  },
  operations: {
    GET: {
      summary: 'How a connector and its tasks are, and why not well.',
      query: { fail: flagParameter('Answer 503 where it is not healthy.') },
      answers: { 200: 'ConnectorHealth', 503: 'ConnectorHealth' },
      errors: [404],
    },
  },
}

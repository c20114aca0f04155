import type { Health } from '../../herder/herder.ts'
import { kafkaVersion } from '../../util/kafka-version.ts'
import type { Resource } from '../resource.ts'

const statusOf: Record<Health['status'], number> = { healthy: 200, starting: 503, unhealthy: 500 }

/** `GET /`: whom one is talking to. `commit` names our own build. */
export function root(commit: string): Resource {
  return {
    path: '/',
    consumesJson: false,
    methods: {
      GET: ({ herder }) => ({
        status: 200,
        body: { version: kafkaVersion, commit, kafka_cluster_id: herder.kafkaClusterId },
      }),
    },
    operations: { GET: { summary: 'Whom one is talking to.', answers: { 200: 'ServerInfo' } } },
  }
}

/** `GET /health` (KIP-1017): a no-op through the herder's loop, which ten seconds suffice for. */
export const health: Resource = {
  path: '/health',
  consumesJson: false,
  timeLimitMs: 10_000,
  methods: {
    GET: async ({ herder, signal }) => {
      const body = await herder.health(signal).catch((error: unknown) => {
        if (signal.aborted) return unresponsive
        throw error
      })
      return { status: statusOf[body.status], body }
    },
  },
  operations: {
    GET: {
      summary: 'Whether this worker can take requests.',
      answers: { 200: 'WorkerHealth', 500: 'WorkerHealth', 503: 'WorkerHealth' },
    },
  },
}

const unresponsive: Health = {
  status: 'unhealthy',
  message: 'Worker was unable to handle this request and may be unable to handle other requests.',
}

import { NotFoundError } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import { readLogLevel } from '../bodies.ts'
import type { Resource } from '../resource.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.resources.LoggingResource')

/** The loggers of this worker (KIP-495). */
export const loggers: Resource = {
  path: '/admin/loggers',
  consumesJson: true,
  methods: {
    GET: ({ herder }) => ({ status: 200, body: herder.loggers.all() }),
  },
  operations: {
    GET: { summary: 'The loggers whose level was set.', answers: { 200: 'Loggers' } },
  },
}

/** One logger; by `scope=cluster` of every worker (KIP-976). */
export const logger: Resource = {
  path: '/admin/loggers/:logger',
  consumesJson: true,
  methods: {
    GET: ({ herder, param }) => {
      const name = param('logger')
      const level = herder.loggers.level(name)
      if (level === null) throw new NotFoundError(`Logger ${name} not found.`)
      return { status: 200, body: level }
    },
    PUT: async ({ herder, param, query, body, signal }) => {
      const { level, text } = readLogLevel(body)
      const scope = query.get('scope') ?? 'worker'
      if (scope.toLowerCase() === 'cluster') {
        await herder.loggers.setClusterLevel(param('logger'), text, signal)
        return { status: 204 }
      }
      if (scope.toLowerCase() !== 'worker') {
        log.warn(
          `Received invalid scope '${scope}' in request to adjust logging level; will default to worker`,
        )
      }
      return { status: 200, body: herder.loggers.setLevel(param('logger'), level) }
    },
  },
  operations: {
    GET: { summary: 'The level of a logger.', answers: { 200: 'LoggerLevel' }, errors: [404] },
    PUT: {
      summary: 'Sets the level of a logger and of those below it.',
      query: { scope: { enum: ['worker', 'cluster'], description: 'Whose loggers.' } },
      body: 'GivenLevel',
      answers: { 200: 'LoggerNames', 204: null },
      errors: [400, 404],
    },
  },
}

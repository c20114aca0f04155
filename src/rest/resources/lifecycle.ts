import { flagParameter } from '../openapi/operation.ts'
import type { Resource } from '../resource.ts'

/** What is asked of a connector as a whole: pause, resume, stop, restart. */
export const pause: Resource = {
  path: '/connectors/:connector/pause',
  consumesJson: true,
  methods: {
    PUT: async ({ herder, param, signal }) => {
      await herder.pauseConnector(param('connector'), signal)
      return { status: 202 }
    },
  },
  operations: {
    PUT: {
      summary: 'Pauses a connector and its tasks.',
      answers: { 202: null },
      errors: [404, 409],
    },
  },
}

export const resume: Resource = {
  path: '/connectors/:connector/resume',
  consumesJson: true,
  methods: {
    PUT: async ({ herder, param, signal }) => {
      await herder.resumeConnector(param('connector'), signal)
      return { status: 202 }
    },
  },
  operations: {
    PUT: { summary: 'Goes on after a pause or stop.', answers: { 202: null }, errors: [404, 409] },
  },
}

export const stop: Resource = {
  path: '/connectors/:connector/stop',
  consumesJson: true,
  methods: {
    PUT: async ({ herder, param, signal }) => {
      await herder.stopConnector(param('connector'), signal)
      return { status: 204 }
    },
  },
  operations: {
    PUT: {
      summary: 'Stops a connector and ends its tasks.',
      answers: { 204: null },
      errors: [404, 409],
    },
  },
}

/** KIP-745: with either option the answer is what will be restarted, else there is none. */
export const restart: Resource = {
  path: '/connectors/:connector/restart',
  consumesJson: true,
  methods: {
    POST: async ({ herder, param, query, signal }) => {
      const request = {
        connector: param('connector'),
        includeTasks: isTrue(query.get('includeTasks')),
        onlyFailed: isTrue(query.get('onlyFailed')),
      }
      const plan = await herder.restartConnector(request, signal)
      return plan === null ? { status: 204 } : { status: 202, body: plan }
    },
  },
  operations: {
    POST: {
      summary: 'Starts a connector again, and its tasks where asked to.',
      query: {
        includeTasks: flagParameter('The tasks as well.'),
        onlyFailed: flagParameter('Only what has failed.'),
      },
      answers: { 202: 'ConnectorStatus', 204: null },
      errors: [404, 409],
    },
  },
}

/** As Java reads a boolean parameter: anything but `true` is false. */
function isTrue(value: string | null): boolean {
  return value?.toLowerCase() === 'true'
}

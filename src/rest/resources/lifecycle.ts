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
}

/** As Java reads a boolean parameter: anything but `true` is false. */
function isTrue(value: string | null): boolean {
  return value?.toLowerCase() === 'true'
}

import { readConfig } from '../bodies.ts'
import type { Resource } from '../resource.ts'
import { locationOf, withName } from './connectors.ts'

/** `/connectors/{connector}` and its configuration, status and topics. */
export const connector: Resource = {
  path: '/connectors/:connector',
  consumesJson: true,
  methods: {
    GET: async ({ herder, param, signal }) => ({
      status: 200,
      body: await herder.connectorInfo(param('connector'), signal),
    }),
    DELETE: async ({ herder, param, signal }) => {
      await herder.deleteConnector(param('connector'), signal)
      return { status: 204 }
    },
  },
}

export const connectorConfig: Resource = {
  path: '/connectors/:connector/config',
  consumesJson: true,
  methods: {
    GET: async ({ herder, param, signal }) => ({
      status: 200,
      body: await herder.connectorConfig(param('connector'), signal),
    }),
    PUT: async ({ herder, param, body, baseUrl, signal }) => {
      const name = param('connector')
      const config = withName(readConfig(body), name)
      const options = { allowReplace: true }
      const { created, info } = await herder.putConnectorConfig(name, config, options, signal)
      if (!created) return { status: 200, body: info }
      return { status: 201, headers: { Location: locationOf(baseUrl, name) }, body: info }
    },
    PATCH: async ({ herder, param, body, signal }) => ({
      status: 200,
      body: await herder.patchConnectorConfig(param('connector'), readConfig(body), signal),
    }),
  },
}

export const connectorStatus: Resource = {
  path: '/connectors/:connector/status',
  consumesJson: true,
  methods: {
    GET: ({ herder, param }) => ({ status: 200, body: herder.connectorStatus(param('connector')) }),
  },
}

/** KIP-558. A connector that is not known has used no topic. */
export const connectorTopics: Resource = {
  path: '/connectors/:connector/topics',
  consumesJson: true,
  methods: {
    GET: ({ herder, param }) => {
      const name = param('connector')
      return {
        status: 200,
        body: Object.fromEntries([[name, { topics: herder.activeTopics(name) }]]),
      }
    },
  },
}

export const connectorTopicsReset: Resource = {
  path: '/connectors/:connector/topics/reset',
  consumesJson: true,
  methods: {
    PUT: ({ herder, param }) => {
      herder.resetActiveTopics(param('connector'))
      return { status: 202 }
    },
  },
}

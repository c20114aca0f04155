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
  operations: {
    GET: { summary: 'A connector.', answers: { 200: 'ConnectorInfo' }, errors: [404] },
    DELETE: { summary: 'Deletes a connector.', answers: { 204: null }, errors: [404, 409] },
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
  operations: {
    GET: { summary: 'Its configuration.', answers: { 200: 'Config' }, errors: [404] },
    PUT: {
      summary: 'Gives a connector this configuration; creates it where there is none.',
      body: 'GivenConfig',
      answers: { 200: 'ConnectorInfo', 201: 'ConnectorInfo' },
      errors: [400, 409],
    },
    PATCH: {
      summary: 'Changes some keys; null removes one.',
      body: 'GivenConfig',
      answers: { 200: 'ConnectorInfo' },
      errors: [400, 404, 409],
    },
  },
}

export const connectorStatus: Resource = {
  path: '/connectors/:connector/status',
  consumesJson: true,
  methods: {
    GET: ({ herder, param }) => ({ status: 200, body: herder.connectorStatus(param('connector')) }),
  },
  operations: {
    GET: {
      summary: 'What a connector and its tasks are doing.',
      answers: { 200: 'ConnectorStatus' },
      errors: [404],
    },
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
  operations: {
    GET: { summary: 'Topics it has used.', answers: { 200: 'Topics' }, errors: [403] },
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
  operations: {
    PUT: { summary: 'Forgets the topics it has used.', answers: { 202: null }, errors: [403] },
  },
}

import { offsetsText, readOffsetChanges } from '../offsets-body.ts'
import type { Resource } from '../resource.ts'

/** `/connectors/{connector}/offsets`: how far a connector has come (KIP-875). */
export const offsets: Resource = {
  path: '/connectors/:connector/offsets',
  consumesJson: true,
  methods: {
    GET: async ({ herder, param, signal }) => ({
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      text: offsetsText(await herder.connectorOffsets(param('connector'), signal)),
    }),
    PATCH: async ({ herder, param, body, signal }) => {
      const changes = readOffsetChanges(body)
      const message = await herder.modifyConnectorOffsets(param('connector'), changes, signal)
      return { status: 200, body: { message } }
    },
    DELETE: async ({ herder, param, signal }) => {
      const message = await herder.modifyConnectorOffsets(param('connector'), null, signal)
      return { status: 200, body: { message } }
    },
  },
  operations: {
    GET: {
      summary: 'How far a connector has come.',
      answers: { 200: 'Offsets' },
      errors: [404, 409],
    },
    PATCH: {
      summary: 'Alters offsets of a connector that is stopped.',
      body: 'GivenOffsets',
      answers: { 200: 'Message' },
      errors: [400, 404, 409],
    },
    DELETE: {
      summary: 'Forgets the offsets of a connector that is stopped.',
      answers: { 200: 'Message' },
      errors: [400, 404, 409],
    },
  },
}

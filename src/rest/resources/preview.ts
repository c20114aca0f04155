import { readPreviewRequest } from '../preview-body.ts'
import type { Resource } from '../resource.ts'

/** What a configuration makes of a few records, stage by stage; ours. */
export const preview: Resource = {
  path: '/connector-plugins/:plugin/preview',
  consumesJson: true,
  methods: {
    POST: async ({ herder, param, body, signal }) => ({
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      text: await herder.previews.run(param('plugin'), readPreviewRequest(body), signal),
    }),
  },
  operations: {
    POST: {
      summary: 'What a configuration makes of a few records, stage by stage.',
      body: 'GivenPreview',
      answers: { 200: 'Preview' },
      errors: [400, 429],
    },
  },
}

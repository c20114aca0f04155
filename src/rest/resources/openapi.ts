import { openApiDocument } from '../openapi/document.ts'
import type { Resource } from '../resource.ts'

/** `others` and the resource that describes them and itself; ours. `version` is our own. */
export function withOpenApi(others: readonly Resource[], version: string): readonly Resource[] {
  const all: Resource[] = [...others]
  all.push({
    path: '/openapi.json',
    consumesJson: false,
    methods: {
      GET: ({ basePath }) => ({ status: 200, body: openApiDocument(all, { version, basePath }) }),
    },
    operations: { GET: { summary: 'This document.', answers: { 200: 'OpenApi' } } },
  })
  return all
}

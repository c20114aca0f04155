import { kafkaVersion } from '../../util/kafka-version.ts'
import type { Method, Resource } from '../resource.ts'
import type { Operation } from './operation.ts'
import { ref, schemas } from './schemas.ts'
import type { JsonSchema, SchemaName } from './schemas.ts'

export interface DocumentOptions {
  /** Of this worker's own. */
  readonly version: string
  /** `rest.path.prefix` where the client has used it, else empty. */
  readonly basePath: string
}

/** Describes `resources` (OpenAPI 3.1). Throws where one of their methods says nothing of itself. */
export function openApiDocument(
  resources: readonly Resource[],
  { version, basePath }: DocumentOptions,
): Readonly<Record<string, unknown>> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kafka Connect REST API',
      version,
      description: `The REST API of Kafka Connect ${kafkaVersion} as Sluice serves it, and what it adds.`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    paths: Object.fromEntries(resources.map((resource) => [pathOf(resource), itemOf(resource)])),
    components: { schemas },
  }
}

const parameter = /:(\w+)/g

function pathOf({ path }: Resource): string {
  return path.replace(parameter, '{$1}')
}

function itemOf(resource: Resource): JsonSchema {
  const names = Array.from(resource.path.matchAll(parameter), ([, name = '']) => name)
  const operations = Object.keys(resource.methods).map((method) => {
    const operation = resource.operations[method as Method]
    if (operation === undefined) {
      throw new Error(`${method} ${resource.path} does not say what it takes and answers.`)
    }
    return [method.toLowerCase(), operationOf(resource, method, operation)] as const
  })
  return {
    ...(names.length > 0 && { parameters: names.map(pathParameter) }),
    ...Object.fromEntries(operations),
  }
}

function pathParameter(name: string): JsonSchema {
  const schema = { type: name === 'task' ? 'integer' : 'string' }
  return { name, in: 'path', required: true, schema }
}

function operationOf(resource: Resource, method: string, operation: Operation): JsonSchema {
  const { summary, query = {}, body, answers, errors = [] } = operation
  const parameters = Object.entries(query).map(([name, { description, ...schema }]) => {
    return { name, in: 'query', ...(description !== undefined && { description }), schema }
  })
  const good = Object.entries(answers).map(([status, name]) => {
    return [status, answerOf(Number(status), name, typesOf(resource))] as const
  })
  const bad = errors.map((status) => [status, errorAnswer] as const)
  return {
    operationId: operationIdOf(method, resource.path),
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: jsonOf(body) } }),
    responses: { ...Object.fromEntries([...good, ...bad]), default: errorAnswer },
  }
}

/** `getConnectorsConnectorConfig` */
function operationIdOf(method: string, path: string): string {
  const words = path.match(/\w+/g) ?? ['root']
  const capitalized = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return method.toLowerCase() + capitalized.join('')
}

function typesOf({ produces = 'application/json' }: Resource): readonly string[] {
  return typeof produces === 'string' ? [produces] : produces
}

function answerOf(status: number, name: SchemaName | null, types: readonly string[]): JsonSchema {
  const content = types.map((type) => [
    type.replace(/;.*$/, ''),
    { schema: name !== null && isJson(type) ? ref(name) : { type: 'string' } },
  ])
  return {
    description: descriptions[status] ?? 'The answer.',
    ...(status === 201 && { headers: { Location: { schema: { type: 'string' } } } }),
    ...(name !== null && { content: Object.fromEntries(content) as unknown }),
  }
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === '*/*'
}

const descriptions: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Accepted: it goes on by itself.',
  204: 'Done; there is nothing to tell.',
  500: 'Not healthy.',
  503: 'Not yet, or not healthy.',
}

const errorAnswer: JsonSchema = {
  description: 'Why it was not done.',
  content: jsonOf('Error'),
}

function jsonOf(name: SchemaName): JsonSchema {
  return { 'application/json': { schema: ref(name) } }
}

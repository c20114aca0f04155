import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectRestExtensionContext } from '../../src/api/rest-extension.ts'
import { RestExtensions } from '../../src/rest/extensions/rest-extensions.ts'
import { openApiDocument } from '../../src/rest/openapi/document.ts'
import { resources } from '../../src/rest/resources/index.ts'
import { withOpenApi } from '../../src/rest/resources/openapi.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { put, reach, setUp } from '../herder/set-up.ts'
import { recordedCalls } from './replay/recorded.ts'

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
}

interface OperationOf {
  readonly operationId: string
  readonly parameters?: readonly { readonly name: string }[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}

type Item = Readonly<Record<string, OperationOf>>

const all = withOpenApi(resources('0'), '1.2.3')
const document = openApiDocument(all, { version: '1.2.3', basePath: '' }) as unknown as {
  readonly paths: Readonly<Record<string, Item>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
ajv.addVocabulary(['components'])
ajv.addSchema({ $id: 'https://example.org/openapi.json', components: document.components })
const validators = new Map<string, ValidateFunction>()

/** What is wrong with `body` by the schema that `content` names; null where it is good. */
function faultsOf(content: Content | undefined, body: unknown): string | null {
  const schema = content?.content?.['application/json']?.schema
  if (schema === undefined) return 'The document knows no JSON here.'
  const reference = (schema as { readonly $ref: string }).$ref
  const known = validators.get(reference)
  const validate = known ?? ajv.compile({ $ref: `https://example.org/openapi.json${reference}` })
  validators.set(reference, validate)
  return validate(body) ? null : ajv.errorsText(validate.errors)
}

/** The operation that a request means; undefined for none. */
function find(method: string, url: string): OperationOf | undefined {
  const path = url.replace(/\?.*$/, '').replace(/(?<=.)\/$/, '')
  const found = Object.entries(document.paths).find(([template]) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  return found?.[1][method.toLowerCase()]
}

describe('the document', () => {
  test('has every method of every resource, and no other', () => {
    const served = all.flatMap(({ path, methods }) =>
      Object.keys(methods).map((method) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`),
    )
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((name) => name !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(described.sort()).toEqual(served.sort())
  })

  test('describes no method that a resource lacks', () => {
    for (const { methods, operations } of all) {
      expect(Object.keys(operations).sort()).toEqual(Object.keys(methods).sort())
    }
  })

  test('names each operation once, and schemas that are there', () => {
    const text = JSON.stringify(document)
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const referred = new Set(
      [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
    )
    // Of extensions, of which there are none here.
    referred.add('Any')
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort())
  })

  test('is refused where a method says nothing of itself', () => {
    const silent = { path: '/x', consumesJson: false, operations: {} }
    const methods = { GET: () => ({ status: 200 }) }
    expect(() => openApiDocument([{ ...silent, methods }], { version: '', basePath: '' })).toThrow(
      'GET /x does not say',
    )
  })
})

describe('what Java’s worker was recorded to be asked and to answer is as the document says', () => {
  test.each([...recordedCalls()])('%s', (_, calls) => {
    const faults: string[] = []
    for (const { id, method, path, status, json, reqBody } of calls) {
      const operation = find(method, path)
      if (operation === undefined || json === undefined) continue
      const answer = operation.responses[status] ?? operation.responses.default
      const fault = faultsOf(answer, json)
      if (fault !== null) faults.push(`${id} ${status}: ${fault}`)
      if (status >= 300 || operation.requestBody === undefined || reqBody === null) continue
      const body: unknown = typeof reqBody === 'string' ? JSON.parse(reqBody) : reqBody
      const asked = faultsOf(operation.requestBody, body)
      if (asked !== null) faults.push(`${id} asks: ${asked}`)
    }
    expect(faults).toEqual([])
  })

  test('some of each kind were there', () => {
    const calls = [...recordedCalls().values()].flat()
    const asked = calls.filter(({ method, path, json, status }) => {
      return json !== undefined && status < 300 && find(method, path) !== undefined
    })
    expect(asked.length).toBeGreaterThan(100)
  })
})

function greet({ addRoute }: ConnectRestExtensionContext): void {
  const handle = () => ({ status: 200 })
  addRoute({ method: 'GET', path: '/hello/:name', summary: 'Greets.', handle })
  addRoute({ method: 'POST', path: '/hello/:name', handle })
}

describe('served', () => {
  let server: RestServer
  let url: string
  const { herder } = setUp({})

  beforeAll(async () => {
    setLogSink(() => undefined)
    const signal = AbortSignal.timeout(60_000)
    const hello = { className: 'Hello', extension: { register: greet } }
    server = createRestServer({
      listeners: [{ scheme: 'http', host: '127.0.0.1', port: 0 }],
      ...{ version: '1.2.3', commit: '0', pathPrefix: '/kc' },
      extensions: await RestExtensions.open([hello], {}, signal),
    })
    const [listener] = await server.start()
    url = `http://127.0.0.1:${listener?.port ?? 0}`
    server.attach(herder)
    herder.markReady()
    await put(herder)
    await reach(herder, 'RUNNING RUNNING RUNNING')
  })
  afterAll(() => server.stop(1000))

  test('it is the document, with what extensions serve', async () => {
    const response = await fetch(`${url}/openapi.json`)
    expect(response.headers.get('content-type')).toBe('application/json')
    const { paths, ...rest } = (await response.json()) as typeof document
    expect(Object.keys(paths)).toEqual([
      ...Object.keys(document.paths).filter((path) => path !== '/openapi.json'),
      ...['/hello/{name}', '/openapi.json'],
    ])
    expect(paths['/hello/{name}']).toMatchObject({ get: { summary: 'Greets.' } })
    expect(rest).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: '/' }],
      info: { version: '1.2.3' },
    })
  })

  test('its servers are where it was asked for', async () => {
    const response = await fetch(`${url}/kc/openapi.json`)
    expect(await response.json()).toMatchObject({ servers: [{ url: '/kc' }] })
  })

  test('its HEAD and OPTIONS are answered like others', async () => {
    const head = await fetch(`${url}/openapi.json`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const options = await fetch(`${url}/openapi.json`, { method: 'OPTIONS' })
    expect(options.headers.get('allow')).toBe('HEAD,GET,OPTIONS')
  })

  test.each([
    '/',
    '/health',
    '/openapi.json',
    '/connectors',
    '/connectors?expand=info&expand=status',
    '/connectors/a',
    '/connectors/a/config',
    '/connectors/a/status',
    '/connectors/a/health',
    '/connectors/a/logs',
    '/connectors/a/offsets',
    '/connectors/a/tasks',
    '/connectors/a/tasks/0/status',
    '/connectors/a/tasks/0/logs',
    '/connectors/a/topics',
    '/connector-plugins?connectorsOnly=false',
    '/connectors/nobody',
    '/admin/loggers',
    '/admin/loggers/root',
  ])('%s is answered as it says', async (path) => {
    const response = await fetch(url + path)
    const operation = find('GET', path)
    const said = operation?.responses[response.status] ?? operation?.responses.default
    expect(faultsOf(said, await response.json())).toBeNull()
  })
})

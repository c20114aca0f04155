import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseHeaderRules } from '../../src/config/response-headers.ts'
import { corsRules } from '../../src/rest/cors.ts'
import { createRestServer } from '../../src/rest/rest-server.ts'
import type { RestServer } from '../../src/rest/rest-server.ts'
import { setLogSink } from '../../src/util/logger.ts'
import { setUp } from '../herder/set-up.ts'
import { sendRaw } from './raw-http.ts'

/** A request as bytes, and what Java's worker answered to it, Date and Content-Length aside. */
interface RecordedExchange {
  readonly name: string
  readonly port: 'main' | 'admin'
  readonly request: string
  readonly status: string
  readonly headers: readonly string[]
  /** Of HTML its heading alone. */
  readonly body: string
}

const recorded = readFileSync(
  fileURLToPath(new URL('../fixtures/java-connect/rest/http/raw.jsonl', import.meta.url)),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as RecordedExchange)

const any = { scheme: 'http', host: '127.0.0.1', port: 0 } as const
let server: RestServer
const ports = { main: 0, admin: 0 }

beforeAll(async () => {
  const bound: string[] = []
  setLogSink(({ message }) => bound.push(message))
  server = createRestServer({
    listeners: [any],
    admin: { listeners: [any] },
    cors: corsRules('http://a.example,http://*.b.example', 'GET,POST,PUT'),
    headers: parseHeaderRules(
      'set X-Set:1, add X-Add:2, "set Cache-Control:no-cache, no-store", setDate Expires: 1700000000000, addDate Last-Seen:0',
    ),
    version: '0.0.0',
    commit: '0123456789abcdef',
  })
  const [listener] = await server.start()
  ports.main = listener?.port ?? 0
  const admin = bound.find((message) => message.startsWith('REST admin endpoints at'))
  ports.admin = Number(/:(\d+)\/$/.exec(admin ?? '')?.[1])
  setLogSink(() => undefined)
  const { herder } = setUp({})
  server.attach(herder)
  herder.markReady()
})
afterAll(() => server.stop(1000))

/** Where our status is another one; docs/differences.md says why. */
const ours: Readonly<Record<string, number>> = {
  'cors: a WebSocket of an origin that is not allowed': 200,
  '405: a method nobody knows': 400,
  '405: a method in small letters': 400,
  'path: /%63onnectors': 200,
  'path: /connectors;a=b': 404,
  'path: absolute': 200,
  'bad: version 2': 505,
  'bad: a chunk that is none': 400,
  'body: chunks': 400,
  'body: compressed': 400,
  'upgrade: HTTP/2 with prior knowledge': 400,
  'type: content type that is none': 415,
  'type: with a charset': 400,
}
/** Answered before anything is routed, there as here, if not by the same hand. */
const unrouted = ['options: *', '405: CONNECT']
/** Part of the name here, and of nothing in Java. */
const matrix = ['path: a;b=c', 'path: a;b']
/** Paths that Jetty takes for suspicious and that are names here; of a connector there is not. */
const namesHere = /^path: (?:a|%00|%2e|none\/\/|\/none|\/\/connectors|\/connectors\/\/|\/\.\.)/

const compared = /^(?:vary|access-control-.*|allow|x-set|x-add|cache-control|content-type)$/

/** The headers that are Java's contract, in the order of their names, methods in any order. */
function headersOf(lines: readonly string[]): string[] {
  return lines
    .map((line) => {
      const [name = '', value = ''] = line.split(/: (.*)/)
      const isMethods = name.toLowerCase() === 'access-control-allow-methods'
      return [name.toLowerCase(), isMethods ? value.split(',').sort().join(',') : value] as const
    })
    .filter(([name]) => compared.test(name))
    .map(([name, value]) => `${name}: ${value}`)
    .sort()
}

test.each(recorded)('$name', async ({ name, port, request, ...java }) => {
  const { text } = await sendRaw(ports[port], request)
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  const javaStatus = Number(java.status.split(' ')[1])
  const isLenient = namesHere.test(name) && javaStatus === 400 && status === 404
  expect(isLenient ? 404 : status).toBe(isLenient ? 404 : (ours[name] ?? javaStatus))
  if (status !== javaStatus || unrouted.includes(name)) return
  if (java.body.startsWith('HTML')) {
    // A client's mistake is answered as JSON (docs/differences.md).
    expect(JSON.parse(body)).toMatchObject({ error_code: status })
    return
  }
  expect(headersOf(lines)).toEqual(headersOf(java.headers.filter((line) => !isErrorPage(line))))
  if (status !== 200 && !matrix.includes(name)) expect(parsed(body)).toEqual(parsed(java.body))
  if (java.headers.some((line) => line.startsWith('Allow'))) expect(body).toBe(java.body)
})

/** Jetty's own, on pages that it makes itself. */
function isErrorPage(line: string): boolean {
  return line === 'Cache-Control: must-revalidate,no-cache,no-store'
}

function parsed(body: string): unknown {
  return body === '' ? '' : (JSON.parse(body) as unknown)
}

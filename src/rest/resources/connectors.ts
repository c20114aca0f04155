import type { RawConfig } from '../../config/types.ts'
import { NotFoundError } from '../../errors/connect-error.ts'
import { BadRequestError } from '../../errors/rest-error.ts'
import { createLogger } from '../../util/logger.ts'
import { readCreateRequest } from '../bodies.ts'
import type { Resource, RestRequest, RestResponse } from '../resource.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.resources.ConnectorsResource')

/** `/connectors`: what there is, and one more. */
export const connectors: Resource = {
  path: '/connectors',
  consumesJson: true,
  methods: { GET: list, POST: create },
  operations: {
    GET: {
      summary: 'The connectors.',
      query: {
        expand: {
          description: 'More than the names.',
          type: 'array',
          items: { enum: ['info', 'status'] },
        },
      },
      answers: { 200: 'Connectors' },
    },
    POST: {
      summary: 'Creates a connector.',
      body: 'CreateConnector',
      answers: { 201: 'ConnectorInfo' },
      errors: [400, 409],
    },
  },
}

async function list(request: RestRequest): Promise<RestResponse> {
  const { herder, query } = request
  const names = herder.connectors()
  if (!query.has('expand')) return { status: 200, body: names }
  const expansions = query.getAll('expand')
  for (const unknown of expansions.filter((name) => name !== 'info' && name !== 'status')) {
    log.info(`Ignoring unknown expansion type ${unknown}`)
  }
  const entries = await Promise.all(names.map((name) => expand(name, expansions, request)))
  return { status: 200, body: Object.fromEntries(entries.filter((entry) => entry !== null)) }
}

/** Null where the connector is gone by now, or has no status yet. */
async function expand(
  name: string,
  expansions: readonly string[],
  { herder, signal }: RestRequest,
): Promise<[string, unknown] | null> {
  try {
    const found: Record<string, unknown> = {}
    for (const expansion of expansions) {
      if (expansion === 'info') found.info = await herder.connectorInfo(name, signal)
      if (expansion === 'status') found.status = herder.connectorStatus(name)
    }
    return [name, found]
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

async function create({ herder, body, baseUrl, signal }: RestRequest): Promise<RestResponse> {
  const { name, config, targetState } = readCreateRequest(body)
  const { info } = await herder.putConnectorConfig(
    name,
    withName(config, name),
    { allowReplace: false, ...(targetState && { targetState }) },
    signal,
  )
  return { status: 201, headers: { Location: locationOf(baseUrl, name) }, body: info }
}

/** The configuration with `name` filled in; a BadRequestError where it names another connector. */
export function withName(config: RawConfig, name: string): RawConfig {
  const own = config.name ?? null
  if (own === null) return { ...config, name }
  if (own === name) return config
  throw new BadRequestError(
    `Connector name configuration (${own}) doesn't match connector name in the URL (${name})`,
  )
}

/** Escaped as Java does it: what a path segment may hold stays (RFC 3986, pchar). */
export function locationOf(baseUrl: string, name: string): string {
  const escaped = encodeURIComponent(name).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, (code) =>
    decodeURIComponent(code),
  )
  return `${baseUrl}/connectors/${escaped}`
}

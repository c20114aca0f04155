import { BadRequestError, RestError } from '../../errors/rest-error.ts'
import { NotFoundError } from '../../errors/connect-error.ts'
import { toJson } from '../../util/log-format.ts'
import { formatEntry } from '../../util/logger.ts'
import { logLevels, parseLogLevel } from '../../util/log-levels.ts'
import type { KeptLine, LogOwner, LogQuery } from '../../util/log-history.ts'
import { followLog } from '../log-stream.ts'
import { preferredType } from '../media-types.ts'
import { flagParameter, textParameter } from '../openapi/operation.ts'
import type { Handler, Resource } from '../resource.ts'
import { taskIdOf } from './tasks.ts'

/** What a client may ask for, what it gets without asking first. As a stream, JSON is an object a line. */
const types = ['application/json', 'text/plain', 'text/event-stream', 'application/x-ndjson']

const logParameters = {
  level: textParameter('This level and worse.'),
  since: textParameter('From this time on: ISO 8601, or milliseconds since 1970.'),
  limit: { type: 'integer', minimum: 1, description: 'The last ones of them.' },
  follow: flagParameter('Go on with each line as it comes.'),
}

/** Ours: the last lines a connector and its tasks have logged. */
export const connectorLogs: Resource = {
  path: '/connectors/:connector/logs',
  consumesJson: false,
  produces: types,
  methods: {
    GET: (request) => {
      const owner = { connector: request.param('connector') }
      if (!request.herder.connectors().includes(owner.connector)) {
        throw new NotFoundError(`Connector ${owner.connector} not found`)
      }
      return answer(owner, request)
    },
  },
  operations: {
    GET: {
      summary: 'The last lines of a connector and its tasks.',
      query: logParameters,
      answers: { 200: 'LogLines' },
      errors: [400, 404, 429],
    },
  },
}

/** Ours: the last lines of one task, also of its earlier runs and those whose thread has ended. */
export const taskLogs: Resource = {
  path: '/connectors/:connector/tasks/:task/logs',
  consumesJson: false,
  produces: types,
  methods: {
    GET: (request) => {
      const owner = taskIdOf(request)
      // Throws where neither a status nor a line is known of it.
      if (!request.herder.logs.has(owner)) request.herder.taskStatus(owner)
      return answer(owner, request)
    },
  },
  operations: {
    GET: {
      summary: 'The last lines of a task.',
      query: logParameters,
      answers: { 200: 'LogLines' },
      errors: [400, 404, 429],
    },
  },
}

function answer(
  owner: LogOwner,
  { herder, query, header }: Parameters<Handler>[0],
): ReturnType<Handler> {
  const wanted = readQuery(query)
  const lines = herder.logs.lines(owner, wanted)
  const type = preferredType(header('accept'), types)
  const headers = { 'Content-Type': contentTypeOf(type), 'Cache-Control': 'no-store' }
  if (query.get('follow') === 'true' || type === 'text/event-stream') {
    const format = type === 'text/plain' ? toText : type === 'text/event-stream' ? toEvent : toLine
    const stream = followLog(herder.logs, { owner, query: wanted, lines, format })
    if (stream !== null) return { status: 200, headers, stream }
    throw new RestError(
      429,
      'Too many clients follow logs already: end one of them, or ask without "follow".',
    )
  }
  if (type === 'application/json') return { status: 200, headers, body: lines.map(toObject) }
  return { status: 200, headers, text: lines.map(type === 'text/plain' ? toText : toLine).join('') }
}

function contentTypeOf(type: string): string {
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}

function toObject({ entry, run }: KeptLine): Readonly<Record<string, unknown>> {
  const { timestamp, level, logger, connector, task, ...rest } = toJson(entry)
  return {
    timestamp,
    level,
    logger,
    connector,
    ...(task === undefined ? {} : { task }),
    run,
    ...rest,
  }
}

function toText({ entry }: KeptLine): string {
  return formatEntry(entry)
}

function toLine(line: KeptLine): string {
  return `${JSON.stringify(toObject(line))}\n`
}

/** Server-sent events, as a browser's EventSource reads them. */
function toEvent(line: KeptLine): string {
  return `data: ${JSON.stringify(toObject(line))}\n\n`
}

function readQuery(query: URLSearchParams): LogQuery {
  return {
    level: read(query, 'level', `one of ${logLevels.join(', ')}`, parseLogLevel) ?? 'ALL',
    since: read(query, 'since', 'an ISO 8601 time or milliseconds since 1970', parseTime) ?? 0,
    limit: read(query, 'limit', 'a whole number of at least 1', parseCount) ?? Infinity,
  }
}

function read<T>(
  query: URLSearchParams,
  name: string,
  expected: string,
  parse: (text: string) => T | undefined,
): T | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const value = parse(text)
  if (value !== undefined) return value
  throw new BadRequestError(
    `Invalid value "${text}" for the parameter "${name}": expected ${expected}.`,
  )
}

function parseTime(text: string): number | undefined {
  const time = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

function parseCount(text: string): number | undefined {
  return /^0*[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined
}

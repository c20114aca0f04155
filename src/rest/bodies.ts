import type { ConnectorConfig, RawConfig, TargetState } from '../config/types.ts'
import { NotFoundError } from '../errors/connect-error.ts'
import { BadRequestError } from '../errors/rest-error.ts'
import { parseLogLevel } from '../util/log-levels.ts'
import type { LogLevel } from '../util/log-levels.ts'
import { JsonNumber, jsonTypeOf, parseJson } from './json.ts'
import type { JsonValue } from './json.ts'

/** The body of `POST /connectors`. */
export interface CreateConnectorRequest {
  /** Without surrounding blanks; empty where there was none, which validation refuses. */
  readonly name: string
  readonly config: RawConfig
  readonly targetState: TargetState | null
}

const createFields = ['name', 'config', 'initial_state']
const targetStates = new Map<string, TargetState>([
  ['RUNNING', 'STARTED'],
  ['PAUSED', 'PAUSED'],
  ['STOPPED', 'STOPPED'],
])

export function readCreateRequest(body: Uint8Array): CreateConnectorRequest {
  const request = readObject(body, 'an object with "name" and "config"')
  for (const field of request.keys()) {
    if (createFields.includes(field)) continue
    throw new BadRequestError(
      `Unknown field "${field}": a connector is created with "name", "config" and "initial_state".`,
    )
  }
  const config = request.get('config') ?? null
  if (!(config instanceof Map)) {
    throw new BadRequestError(
      `Invalid "config": found ${jsonTypeOf(config)}, expected an object with the keys of the connector.`,
    )
  }
  return {
    name: readText('name', request.get('name') ?? null)?.trim() ?? '',
    config: toConfig(config),
    targetState: readInitialState(request.get('initial_state') ?? null),
  }
}

/** Reads a configuration: an object of strings. Numbers and booleans become the text they were written as. */
export function readConfig(body: Uint8Array): RawConfig {
  return toConfig(readObject(body, 'an object with the keys of the connector'))
}

/** What `POST /connectors/{connector}/tasks` hands in: a configuration a task, by its number. A key that is null is not given. */
export function readTaskConfigs(body: Uint8Array): readonly ConnectorConfig[] {
  const expected = 'an array with a configuration for each task'
  if (body.length === 0) {
    throw new BadRequestError(`The request has no body: expected ${expected}.`)
  }
  const tasks = parseJson(body)
  if (!Array.isArray(tasks)) {
    throw new BadRequestError(
      `Invalid request body: found ${jsonTypeOf(tasks)}, expected ${expected}.`,
    )
  }
  return tasks.map((task) => {
    if (!(task instanceof Map)) {
      throw new BadRequestError(
        `Invalid task: found ${jsonTypeOf(task)}, expected an object with its keys.`,
      )
    }
    const given = Object.entries(toConfig(task)).filter(([, value]) => value !== null)
    return Object.fromEntries(given) as ConnectorConfig
  })
}

/** The level a logger is to have, and how the client wrote it: the body of `PUT /admin/loggers/{logger}`; other members count for nothing. */
export function readLogLevel(body: Uint8Array): {
  readonly level: LogLevel
  readonly text: string
} {
  const text = toConfig(readObject(body, 'an object with "level"')).level ?? null
  if (text === null) {
    throw new BadRequestError("Desired 'level' parameter was not specified in request.")
  }
  const level = parseLogLevel(text)
  if (level === undefined) throw new NotFoundError(`invalid log level '${text}'.`)
  return { level, text }
}

/** Throws a BadRequestError that says what was `expected` where the body is anything but an object. */
export function readObject(body: Uint8Array, expected: string): Map<string, JsonValue> {
  if (body.length === 0) {
    throw new BadRequestError(`The request has no body: expected ${expected}.`)
  }
  const value = parseJson(body)
  if (value instanceof Map) return value
  throw new BadRequestError(
    `Invalid request body: found ${jsonTypeOf(value)}, expected ${expected}.`,
  )
}

/** As {@link readConfig}, of an object that was read already. */
export function toConfig(members: Map<string, JsonValue>): RawConfig {
  return Object.fromEntries([...members].map(([key, value]) => [key, readText(key, value)]))
}

function readText(key: string, value: JsonValue): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (value instanceof JsonNumber) return value.literal
  throw new BadRequestError(
    `Invalid value for "${key}": found ${jsonTypeOf(value)}, expected a string.`,
  )
}

function readInitialState(value: JsonValue): TargetState | null {
  if (value === null) return null
  const text = readText('initial_state', value) ?? ''
  const state = targetStates.get(text.toUpperCase())
  if (state !== undefined) return state
  throw new BadRequestError(
    `Invalid value "${text}" for "initial_state": expected RUNNING, PAUSED or STOPPED.`,
  )
}

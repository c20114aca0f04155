import { readFile } from 'node:fs/promises'
import { parseProperties } from '../config/java-properties.ts'
import type { RawConfig, TargetState } from '../config/types.ts'
import { ConfigError, ConnectError, asError } from '../errors/connect-error.ts'

/** A connector as a file describes it. `config` holds its `name` too. */
export interface ConnectorFile {
  readonly name: string
  readonly config: RawConfig
  /** Null where the file does not say: the connector is started. */
  readonly initialState: TargetState | null
}

/**
 * Reads a connector file in one of Java's three forms, tried in this order: a flat JSON object of configuration, a JSON
 * object with `name`, `config` and `initial_state`, or Java properties. The name of the file says nothing.
 */
export async function readConnectorFile(file: string): Promise<ConnectorFile> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (cause) {
    throw new ConfigError(`Cannot read the connector file ${file}: ${asError(cause).message}`, {
      cause,
    })
  }
  return parseConnectorFile(bytes, file)
}

/** As {@link readConnectorFile}, for the content of `file`. */
export function parseConnectorFile(bytes: Buffer, file: string): ConnectorFile {
  const json = parseJson(bytes)
  const flat = flatConfig(json.value)
  if (flat) return named(flat, null, file, json.problem)
  const request = createRequest(json.value, file)
  if (request) return request
  const properties = parseProperties(bytes.toString('latin1'), file)
  return named({ ...properties }, null, file, json.problem)
}

interface Parsed {
  readonly value: unknown
  /** Why the content, which begins as JSON does, is none. */
  readonly problem: string | null
}

function parseJson(bytes: Buffer): Parsed {
  const text = bytes.toString('utf8')
  try {
    return { value: JSON.parse(text), problem: null }
  } catch (error) {
    const looksLikeJson = text.trimStart().startsWith('{')
    return { value: undefined, problem: looksLikeJson ? asError(error).message : null }
  }
}

/** The members of a JSON object of scalars, each as a string; null where a value is no scalar. */
function flatConfig(value: unknown): Record<string, string | null> | null {
  if (!isObject(value)) return null
  const entries: [string, string | null][] = []
  for (const [key, member] of Object.entries(value)) {
    const text = scalarText(member)
    if (text === undefined) return null
    entries.push([key, text])
  }
  return Object.fromEntries(entries)
}

function scalarText(value: unknown): string | null | undefined {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

function createRequest(value: unknown, file: string): ConnectorFile | null {
  if (!isObject(value)) return null
  const config = flatConfig(value.config)
  if (!config) return null
  const name = scalarText(value.name) ?? null
  if (config.name !== undefined && config.name !== null && config.name !== name) {
    throw new ConnectError(
      `Connector name configuration in 'config' doesn't match the one specified in 'name' at '${file}'`,
    )
  }
  if (name !== null) config.name = name
  return named(config, initialStateOf(value.initial_state, file), file, null)
}

const initialStates: Readonly<Record<string, TargetState>> = {
  RUNNING: 'STARTED',
  PAUSED: 'PAUSED',
  STOPPED: 'STOPPED',
}

function initialStateOf(value: unknown, file: string): TargetState | null {
  if (value === undefined || value === null) return null
  const state = typeof value === 'string' ? initialStates[value.toUpperCase()] : undefined
  if (state !== undefined) return state
  throw new ConfigError(
    `Invalid value ${JSON.stringify(value)} for "initial_state" at '${file}': expected RUNNING, PAUSED or STOPPED.`,
  )
}

function named(
  config: Record<string, string | null>,
  initialState: TargetState | null,
  file: string,
  problem: string | null,
): ConnectorFile {
  const name = config.name
  if (name === undefined || name === null) {
    const hint = problem === null ? '' : `. It begins as JSON does, but is none: ${problem}`
    throw new ConnectError(
      `Connector configuration at '${file}' is missing the mandatory 'name' configuration${hint}`,
    )
  }
  return { name, config, initialState }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

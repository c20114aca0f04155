/** What is sent and answered, as JSON Schema (2020-12, as OpenAPI 3.1 has it): one for each body, by its name in the document. */

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>

const text = { type: 'string' }
const textOrNull = { type: ['string', 'null'] }
const int = { type: 'integer' }
const number = { type: 'number' }
const flag = { type: 'boolean' }
const any = {}
const state = {
  enum: ['UNASSIGNED', 'RUNNING', 'PAUSED', 'FAILED', 'STOPPED', 'RESTARTING'],
}
const connectorType = { enum: ['source', 'sink', 'unknown'] }
const logLevel = { enum: ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'ALL'] }

const statusMembers = { state, worker_id: text, version: textOrNull, trace: text }
const moment = { at: text, age_ms: number }
const stall = orNull(object({ ...moment, stage: textOrNull }))
const healthStatus = { enum: ['healthy', 'starting', 'unhealthy'] }
const partHealth = {
  state,
  worker_id: text,
  healthy: flag,
  status: healthStatus,
  reason: textOrNull,
  stalled: stall,
  call: stall,
  thread: orNull(object({ name: text, late_ms: number })),
}
const momentOrNull = orNull(object(moment))
const restartDone = object({ ...moment, what: listOf(text), reason: text })
const offset = object({ partition: any, offset: any })
const taskId = object({ connector: text, task: int })

export const schemas = {
  Error: object({ error_code: int, message: textOrNull }),
  Config: mapOf(textOrNull, 'Keys and values of a connector; variables are not resolved.'),
  /** What is no text becomes the text it was written as. */
  GivenConfig: mapOf({ type: ['string', 'number', 'boolean', 'null'] }),
  ServerInfo: object({ version: text, commit: text, kafka_cluster_id: textOrNull }),
  WorkerHealth: object({ status: healthStatus, message: text }),
  ConnectorNames: listOf(text),
  ConnectorInfo: object({
    ...{ name: text, config: mapOf(textOrNull), tasks: listOf(taskId), type: connectorType },
  }),
  ConnectorStatus: object({
    name: text,
    connector: object(statusMembers, 'version', 'trace'),
    tasks: listOf(object({ id: int, ...statusMembers }, 'version', 'trace')),
    type: connectorType,
  }),
  Connectors: {
    anyOf: [
      ref('ConnectorNames'),
      mapOf(
        object(
          { info: orNull(ref('ConnectorInfo')), status: ref('ConnectorStatus') },
          'info',
          'status',
        ),
        'With "expand".',
      ),
    ],
  },
  CreateConnector: object(
    {
      name: text,
      config: ref('GivenConfig'),
      initial_state: { type: ['string', 'null'], description: 'RUNNING, PAUSED or STOPPED.' },
    },
    'name',
    'initial_state',
  ),
  Tasks: listOf(object({ id: taskId, config: mapOf(text) })),
  TaskConfigs: listOf(ref('GivenConfig')),
  TaskStatus: object({ id: int, ...statusMembers }, 'version', 'trace'),
  Topics: mapOf(object({ topics: listOf(text) }), 'By the name of the connector.'),
  Offsets: object({ offsets: listOf(offset) }),
  GivenOffsets: object({ offsets: listOf({ ...offset, required: [] }) }),
  Message: object({ message: text }),
  Plugins: listOf(object({ class: text, type: text, version: textOrNull }, 'version')),
  ConfigKey: object({
    name: text,
    type: { enum: 'STRING INT LONG SHORT DOUBLE BOOLEAN LIST CLASS PASSWORD'.split(' ') },
    required: flag,
    default_value: textOrNull,
    importance: { enum: ['HIGH', 'MEDIUM', 'LOW'] },
    documentation: textOrNull,
    group: textOrNull,
    order_in_group: int,
    width: { enum: ['NONE', 'SHORT', 'MEDIUM', 'LONG'] },
    display_name: text,
    dependents: listOf(text),
  }),
  ConfigKeys: listOf(ref('ConfigKey')),
  Validation: object({
    name: text,
    error_count: int,
    groups: listOf(text),
    configs: listOf(
      object({
        definition: orNull(ref('ConfigKey')),
        value: orNull(
          object({
            ...{ name: text, value: textOrNull, recommended_values: listOf(textOrNull) },
            ...{ errors: listOf(text), visible: flag },
          }),
        ),
      }),
    ),
  }),
  GivenPreview: object(
    {
      config: ref('GivenConfig'),
      limit: int,
      timeout: int,
      from: { enum: ['committed', 'beginning', null] },
      records: orNull(listOf({ type: 'object' })),
    },
    ...['limit', 'timeout', 'from', 'records'],
  ),
  Preview: {
    type: 'object',
    description: 'What became of each record, stage by stage: docs/preview.md.',
    properties: { ended: text, problem: textOrNull, records: listOf({ type: 'object' }) },
    required: ['ended', 'records'],
  },
  LoggerLevel: object({ level: logLevel, last_modified: { type: ['integer', 'null'] } }),
  Loggers: mapOf(ref('LoggerLevel')),
  LoggerNames: listOf(text),
  GivenLevel: {
    type: 'object',
    properties: { level: text },
    required: ['level'],
  },
  Drain: object({
    state: { enum: ['active', 'draining', 'drained'] },
    message: text,
    connectors: listOf(text),
    tasks: listOf(taskId),
  }),
  LogLines: listOf(
    object(
      {
        ...{ timestamp: text, level: logLevel, logger: text, connector: text, task: int, run: any },
        ...{ message: text, thread: text, trace: text },
      },
      ...['task', 'run', 'trace', 'connector'],
    ),
  ),
  ConnectorHealth: object({
    ...{ name: text, type: connectorType, healthy: flag, status: healthStatus },
    ...{ reason: textOrNull, checked_at: text },
    connector: object(partHealth),
    tasks: listOf(
      object({
        id: int,
        ...partHealth,
        last_record: momentOrNull,
        last_poll: momentOrNull,
        last_put: momentOrNull,
        last_commit: momentOrNull,
        last_error: momentOrNull,
        lag: orNull(object({ ...moment, value: number, unit: textOrNull })),
      }),
    ),
    restarts: orNull(
      object({
        ...{ policy: text, count: int, attempts_in_window: int, max_attempts: int },
        window_ms: number,
        last: orNull(restartDone),
        next: orNull(object({ at: text, in_ms: number, what: listOf(text) })),
        history: listOf(restartDone),
      }),
    ),
  }),
  OpenApi: {
    type: 'object',
    properties: { openapi: text, info: { type: 'object' }, paths: { type: 'object' } },
    required: ['openapi', 'info', 'paths'],
  },
  /** Whatever an extension answers. */
  Any: any,
} as const satisfies Record<string, JsonSchema>

export type SchemaName = keyof typeof schemas

/** Names a schema from within the document. */
export function ref(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}

/** An object of these members and no others; all are there but those that are `optional`. */
function object(
  properties: Readonly<Record<string, JsonSchema>>,
  ...optional: readonly string[]
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

function mapOf(values: JsonSchema, description?: string): JsonSchema {
  return {
    type: 'object',
    additionalProperties: values,
    ...(description !== undefined && { description }),
  }
}

function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] }
}

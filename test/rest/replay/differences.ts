import type { Mode } from './recorded.ts'

/**
 * Where our answer is not Java's, on purpose. Each stands in `docs/differences.md` under `title`, and must still differ.
 * Classes: (a) Java loses or changes data; (b) Java shows its insides on a client's mistake; (c) text that only a JVM can make;
 * (+) an addition where Java has nothing.
 */
export interface Difference {
  readonly title: string
  readonly class: 'a' | 'b' | 'c' | '+'
  /** Ours by the id of the recorded call: the status, and the error's message, the whole body, or its type where that is no JSON. */
  readonly answers: Readonly<Record<string, readonly [status: number, answer: unknown]>>
  /** Calls whose answers are alike but for what this takes out. */
  readonly apart?: { readonly ids: readonly string[]; readonly without: (body: unknown) => unknown }
}

/** The difference that explains this call's answer. */
export function differenceOf(id: string, mode: Mode = 'standalone'): Difference | undefined {
  // What a cluster says to the same is ours as well.
  if (mode === 'distributed' && ofStandaloneAlone.includes(id)) return undefined
  return differences.find(({ answers, apart }) => id in answers || apart?.ids.includes(id))
}

const ofStandaloneAlone = ['05-tasks/13', '06-lifecycle/24']

/** The keys of a client have texts and defaults of the client. */
function withoutClientTexts(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('documentation' in value)) return value
    const isOverride = 'name' in value && String(value.name).includes('.override.')
    return isOverride ? { ...value, documentation: '', default_value: '' } : value
  })
}

/** Keys of plugins without the one that ours have beyond Java's. */
function withoutFieldSyntax(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) => {
    if (!Array.isArray(value)) return value
    const keys: readonly unknown[] = value
    return keys.filter((key) => (key as { name?: unknown } | null)?.name !== 'field.syntax.version')
  })
}

/** Whatever it is, it has 16 hexadecimal digits. */
function withoutCommit(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value: unknown) =>
    key === 'commit' && /^[0-9a-f]{16}$/.test(String(value)) ? '' : value,
  )
}

/** Of loggers those alone that the recording sets: a worker has those of its own code. */
function ofLoggersSet(body: unknown): unknown {
  const { body: loggers, ...rest } = body as { readonly body: object }
  const isSet =
    /^(?:root|com\.example\..*|org\.apache\.kafka\.connect\.(?:file.*|runtime\.WorkerSinkTask))$/
  return { ...rest, loggers: Object.entries(loggers).filter(([name]) => isSet.test(name)) }
}

const unknownClass = (name: string): readonly [number, string] => [
  400,
  `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: …`,
]

const noBody = (expected: string): string => `The request has no body: expected ${expected}.`
const creation = 'an object with "name" and "config"'
const keys = 'an object with the keys of the connector'
const alteration = 'an object with "offsets"'
const found = (what: string, expected: string): string =>
  `Invalid request body: found ${what}, expected ${expected}.`

export const differences: readonly Difference[] = [
  {
    title: 'The commit of `GET /`',
    class: 'c',
    answers: {},
    apart: { ids: ['01-root/01', '01-root/08', '01-root/09'], without: withoutCommit },
  },
  {
    title: 'A request body that cannot be used',
    class: 'b',
    answers: {
      '02-create/03': [400, noBody(creation)],
      '02-create/04': [400, noBody(creation)],
      '02-create/05': [
        400,
        'Malformed JSON at line 1, column 9: found the end of the body, expected a value.',
      ],
      '02-create/06': [400, found('an array', creation)],
      '02-create/07': [400, `Invalid "config": found null, expected ${keys}.`],
      '02-create/08': [400, found('null', creation)],
      '02-create/09': [400, found('a string', creation)],
      '02-create/13': [400, `Invalid "config": found null, expected ${keys}.`],
      '02-create/14': [400, `Invalid "config": found null, expected ${keys}.`],
      '02-create/15': [400, `Invalid "config": found a string, expected ${keys}.`],
      '02-create/16': [
        400,
        'Invalid value for "connector.class": found an object, expected a string.',
      ],
      '02-create/20': [
        400,
        'Unknown field "foo": a connector is created with "name", "config" and "initial_state".',
      ],
      '02-create/31': [
        400,
        'Invalid value "BOGUS" for "initial_state": expected RUNNING, PAUSED or STOPPED.',
      ],
      '02-create/32': [
        400,
        'Invalid value "UNASSIGNED" for "initial_state": expected RUNNING, PAUSED or STOPPED.',
      ],
      '04-config/12': [400, noBody(keys)],
      '04-config/13': [
        400,
        'Malformed JSON at line 1, column 2: found the end of the body, expected a member name in double quotes.',
      ],
      '04-config/14': [400, found('an array', keys)],
      '04-config/15': [400, found('null', keys)],
      '04-config/16': [400, 'Invalid value for "a": found an object, expected a string.'],
      '04-config/23': [400, noBody(keys)],
      '04-config/24': [
        400,
        'Malformed JSON at line 1, column 2: found "x", expected a member name in double quotes.',
      ],
      '04-config/25': [400, found('null', keys)],
      '04-config/26': [400, found('an array', keys)],
      '08-offsets/18': [400, noBody(alteration)],
      '08-offsets/19': [400, noBody(alteration)],
      '08-offsets/20': [
        400,
        'Malformed JSON at line 1, column 2: found the end of the body, expected a member name in double quotes.',
      ],
      '08-offsets/22': [400, found('an array', alteration)],
      '08-offsets/23': [400, found('null', alteration)],
      '08-offsets/26': [
        400,
        'Invalid "offsets": found an object, expected an array of objects with "partition" and "offset".',
      ],
      '08-offsets/32': [400, 'Unknown field "x": offsets are altered with "offsets".'],
      '10-validate/11': [400, noBody(keys)],
      '10-validate/13': [
        400,
        'Malformed JSON at line 1, column 2: found the end of the body, expected a member name in double quotes.',
      ],
      '10-validate/14': [400, found('an array', keys)],
      '10-validate/15': [
        400,
        'Invalid value for "connector.class": found an object, expected a string.',
      ],
      '11-loggers/14': [400, noBody('an object with "level"')],
      '11-loggers/15': [
        400,
        'Malformed JSON at line 1, column 2: found the end of the body, expected a member name in double quotes.',
      ],
    },
  },
  {
    title: 'A class that was asked for before',
    class: 'b',
    answers: { '02-create/35': unknownClass('Nope'), '04-config/09': unknownClass('Nope') },
  },
  {
    title: 'Validating what names no connector',
    class: 'b',
    answers: {
      '10-validate/05': [400, 'Connector config {topic=a} contains no connector type'],
      '10-validate/08': unknownClass('Nope'),
      '10-validate/09': unknownClass('com.example.Nope'),
      '10-validate/10': unknownClass('JsonConverter'),
      '10-validate/12': [400, 'Connector config {} contains no connector type'],
    },
  },
  {
    title: 'Overriding a client’s key with a wrong type',
    class: 'b',
    answers: {
      '10-validate/36': [
        400,
        'Invalid value x for configuration linger.ms: Not a number of type LONG',
      ],
      '10-validate/50': [
        400,
        'Invalid value x for configuration max.poll.records: Not a number of type INT',
      ],
    },
  },
  {
    title: 'The keys of Kafka clients',
    class: 'c',
    answers: {},
    apart: { ids: ['10-validate/35'], without: withoutClientTexts },
  },
  {
    title: '`field.syntax.version` of transformations',
    class: '+',
    answers: {},
    apart: {
      ids: [
        '09-plugins/11',
        '09-plugins/13',
        '09-plugins/29',
        '09-plugins/38',
        '09-plugins/40',
        '09-plugins/42',
        '09-plugins/44',
        '09-plugins/47',
      ],
      without: withoutFieldSyntax,
    },
  },
  {
    title: 'A path that Jetty refuses',
    class: 'b',
    answers: {
      '02-create/46': [404, 'Connector a/b not found'],
      '02-create/47': [404, 'Connector a%b not found'],
      '12-routes/02': [404, 'HTTP 404 Not Found'],
      '12-routes/22': [404, 'Connector ../ not found'],
      '12-routes/23': [
        400,
        'The path /connectors/%zz cannot be unescaped: a % is followed by two hexadecimal digits.',
      ],
      '12-routes/24': [404, 'Connector .. not found'],
    },
  },
  {
    title: '`GET /metrics`',
    class: '+',
    answers: { '12-routes/25': [200, 'text/plain; version=0.0.4; charset=utf-8'] },
  },
  {
    title: 'The list of loggers',
    class: 'c',
    answers: {},
    apart: { ids: ['11-loggers/01', '11-loggers/23'], without: ofLoggersSet },
  },
  {
    title: 'Restarting a task that does not exist',
    class: 'b',
    answers: {
      '05-tasks/13': [
        200,
        {
          name: 'ver',
          connector: { state: 'RUNNING', worker_id: '{worker}', version: '4.3.1' },
          tasks: [
            { id: 0, state: 'RUNNING', worker_id: '{worker}', version: '4.3.1' },
            { id: 1, state: 'RUNNING', worker_id: '{worker}', version: '4.3.1' },
          ],
          type: 'source',
        },
      ],
    },
  },
  {
    title: 'Restarting a connector that does not exist',
    class: 'b',
    answers: { '06-lifecycle/24': [404, 'Connector nope not found'] },
  },
]

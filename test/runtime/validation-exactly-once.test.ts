import { describe, expect, test } from 'vitest'
import { SourceConnector } from '../../src/api/connector.ts'
import type { ExactlyOnceSupport } from '../../src/api/connector.ts'
import { configDef } from '../../src/config/config-def.ts'
import type { ConfigValue } from '../../src/config/types.ts'
import { checkExactlyOnce } from '../../src/runtime/validation-exactly-once.ts'
import { SourceTask } from '../../src/api/source-task.ts'

class Task extends SourceTask {
  version = (): string => '1'
  start = (): void => undefined
  poll = (): null => null
  stop = (): void => undefined
}

class Answering extends SourceConnector {
  readonly #answer: () => ExactlyOnceSupport | null

  constructor(answer: () => ExactlyOnceSupport | null) {
    super()
    this.#answer = answer
  }

  version = (): string => '1'
  start = (): void => undefined
  stop = (): void => undefined
  taskClass = (): typeof Task => Task
  taskConfigs = (): readonly [] => []
  config = () => configDef({})

  override exactlyOnceSupport(): ExactlyOnceSupport | null {
    return this.#answer()
  }

  override canDefineTransactionBoundaries(): ExactlyOnceSupport {
    const answer: unknown = this.#answer()
    return answer as ExactlyOnceSupport
  }
}

const cluster = { 'group.id': 'g', 'config.storage.topic': 'c' }
const throws = (message: string) => () => {
  throw new Error(message)
}

/** The errors of `key`, of a connector that answers so. */
function errorsOf(
  key: string,
  value: string,
  answer: () => ExactlyOnceSupport | null,
  worker: Readonly<Record<string, string>> = {
    ...cluster,
    'exactly.once.source.support': 'enabled',
  },
): readonly string[] {
  const checked: ConfigValue = {
    name: key,
    value,
    recommendedValues: [],
    errorMessages: [],
    visible: true,
  }
  const connector = new Answering(answer)
  checkExactlyOnce(
    {
      ...{ workerConfig: worker, connector, className: 'Answering', config: {} },
      call: (_className, _stage, call) => call(),
    },
    new Map([[key, checked]]),
  )
  return checked.errorMessages
}

describe('exactly.once.support=required', () => {
  test.each([
    { what: 'SUPPORTED', answer: () => 'SUPPORTED' as const, errors: [] },
    {
      what: 'UNSUPPORTED',
      answer: () => 'UNSUPPORTED' as const,
      errors: [
        'The connector does not support exactly-once semantics with the provided configuration.',
      ],
    },
    {
      what: 'nothing',
      answer: () => null,
      errors: [expect.stringMatching(/^The connector does not implement the API required for/)],
    },
    {
      what: 'an error',
      answer: throws('no file'),
      errors: ['An unexpected error occurred during validation: no file'],
    },
    {
      what: 'an error without a message',
      answer: throws(' '),
      errors: [
        'An unexpected error occurred during validation; please see the worker logs for more details.',
      ],
    },
  ])('is answered by $what', ({ answer, errors }) => {
    expect(errorsOf('exactly.once.support', 'REQUIRED', answer)).toEqual(errors)
    expect(errorsOf('exactly.once.support', 'requested', answer)).toEqual([])
  })

  test('needs a worker whose tasks write in transactions', () => {
    const answer = () => 'SUPPORTED' as const
    const preparing = { ...cluster, 'exactly.once.source.support': 'preparing' }
    expect(errorsOf('exactly.once.support', 'required', answer, preparing)).toEqual([
      'This worker does not have exactly-once source support enabled.',
    ])
    // A worker that stands alone asks nothing, as Java's.
    expect(errorsOf('exactly.once.support', 'required', answer, {})).toEqual([])
  })
})

describe('transaction.boundary=connector', () => {
  test.each([
    { what: 'SUPPORTED', answer: () => 'SUPPORTED' as const, errors: [] },
    {
      what: 'UNSUPPORTED',
      answer: () => 'UNSUPPORTED' as const,
      errors: [
        'The connector does not support connector-defined transaction boundaries with the given configuration. Please reconfigure it to use a different transaction boundary definition.',
      ],
    },
    {
      what: 'nothing',
      answer: () => null,
      errors: [
        expect.stringMatching(
          /^This connector has returned a null value from its canDefineTransactionBoundaries method/,
        ),
      ],
    },
  ])('is answered by $what, whatever the worker’s mode', ({ answer, errors }) => {
    expect(errorsOf('transaction.boundary', 'connector', answer, cluster)).toEqual(errors)
    expect(errorsOf('transaction.boundary', 'poll', answer, cluster)).toEqual([])
  })
})

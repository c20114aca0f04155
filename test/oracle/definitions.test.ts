import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConfigDef, ConfigKey, ConfigValue } from '../../src/api/index.ts'
import { configDefOf } from '../../src/config/config-def.ts'
import { embedKeys, groupsOf } from '../../src/config/embed.ts'
import { parseType, valueToText } from '../../src/config/parse-type.ts'
import {
  configTypes,
  definitions,
  properties,
  rawValues,
  toConfigDef,
} from './arbitrary-definitions.ts'
import { useOracle } from './data-oracle.ts'
import { isFailure, outcomeOf } from './failures.ts'

const ask = useOracle('ConfigOracle')

/** The JVM explains its null pointers. */
const answers: typeof ask = async (request, questions) => {
  const results = JSON.stringify(await ask(request, questions))
  return JSON.parse(
    results.replaceAll(/Invalid regex: Cannot invoke [^,}]*? is null/g, 'Invalid regex: null'),
  ) as unknown[]
}

test('any value is read by its type as Java reads it', async () => {
  const values = fc.oneof(rawValues, fc.boolean(), fc.integer(), fc.constant(null))
  await fc.assert(
    fc.asyncProperty(
      fc.array(values, { minLength: 30, maxLength: 30 }),
      fc.constantFrom(...configTypes),
      async (list, type) => {
        // A number of ours has no width.
        const asked = list.filter((value) => type !== 'SHORT' || typeof value !== 'number')
        const java = await answers(
          { op: 'parseType' },
          asked.map((value) => ({ type, value })),
        )
        for (const [at, value] of asked.entries()) {
          const ours = outcomeOf(() => valueToText(parseType('cfg', value, type), type))
          expect({ type, value, result: ours }).toEqual({ type, value, result: java[at] })
        }
      },
    ),
    { numRuns: 60 },
  )
})

interface DefinedAnswer {
  readonly parsed: Readonly<Record<string, unknown>>
  readonly validated: Readonly<Record<string, unknown>>
}

describe('any definition', () => {
  test('reads and validates properties as Java’s does', async () => {
    await fc.assert(
      fc.asyncProperty(
        definitions,
        fc.array(properties, { minLength: 10, maxLength: 10 }),
        async (keys, list) => {
          const java = await answers({ op: 'define', keys }, list)
          const def = outcomeOf(() => toConfigDef(keys))
          if (isFailure(def) || isFailure(java[0])) {
            expect({ keys, result: def }).toEqual({ keys, result: java[0] })
            return
          }
          for (const [at, props] of list.entries()) {
            const ours = answerOf(def as ConfigDef, props)
            const theirs = java[at] as DefinedAnswer
            expect({ keys, props, ...ours.validated }).toEqual({ keys, props, ...theirs.validated })
            if (hasNull(props)) continue
            expect({ keys, props, parsed: inOrder(ours.parsed) }).toEqual({
              ...{ keys, props },
              parsed: inOrder(theirs.parsed),
            })
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('stands within another as Java embeds it', async () => {
    const where = fc.record({
      prefix: fc.constant('p.'),
      group: fc.constant('Outer'),
      start: fc.integer({ min: 0, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(definitions, where), { minLength: 20, maxLength: 20 }),
        async (list) => {
          const java = await answers(
            { op: 'keys' },
            list.map(([keys, embed]) => ({ keys, embed })),
          )
          for (const [at, [keys, embed]] of list.entries()) {
            const ours = outcomeOf(() => {
              const { prefix, group, start } = embed
              const inner = toConfigDef(keys).keys.values()
              const embedded = embedKeys(inner, { prefix, group, startOrder: start })
              return {
                groups: groupsOf(configDefOf(embedded).keys.values()),
                keys: embedded.map(described),
              }
            })
            expect({ keys, result: ours }).toEqual({ keys, result: java[at] })
          }
        },
      ),
      { numRuns: 15 },
    )
  })
})

function answerOf(def: ConfigDef, props: Readonly<Record<string, string | null>>): DefinedAnswer {
  const typeOf = (name: string) => def.keys.get(name)?.type ?? 'STRING'
  const parsed = outcomeOf(() =>
    Object.fromEntries(
      Object.entries(def.parse(props)).map(([name, value]) => [
        name,
        valueToText(value, typeOf(name)),
      ]),
    ),
  ) as Readonly<Record<string, unknown>>
  const text = (value: ConfigValue) => (it: unknown) => valueToText(it, typeOf(value.name))
  const validated = def.validate(props).map((value): [string, unknown] => [
    value.name,
    {
      value: text(value)(value.value),
      recommended: value.recommendedValues,
      errors: value.errorMessages,
      visible: value.visible,
    },
  ])
  return { parsed, validated: Object.fromEntries(validated) }
}

function described(key: ConfigKey): unknown {
  return {
    name: key.name,
    type: key.type,
    required: !key.hasDefault,
    default: key.hasDefault ? valueToText(key.default, key.type) : null,
    valid: key.validator?.validValues ?? null,
    importance: key.importance,
    doc: key.documentation,
    group: key.group,
    order: key.orderInGroup,
    width: key.width,
    displayName: key.displayName,
    dependents: key.dependents,
  }
}

/** Names that are not defined come in the order of a HashSet. */
function inOrder(parsed: DefinedAnswer['parsed']): unknown {
  if (!isFailure(parsed)) return parsed
  const [what = '', names = ''] = (parsed.message ?? '').split('but not defined: ')
  return { ...parsed, message: what + names.split(',').sort().join(',') }
}

/** Ours refuses a null that a key without null as its default cannot be; no file holds one. */
function hasNull(props: Readonly<Record<string, string | null>>): boolean {
  return Object.values(props).includes(null)
}

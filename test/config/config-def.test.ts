import { describe, expect, expectTypeOf, test } from 'vitest'
import { configDef, configDefOf } from '../../src/config/config-def.ts'
import type { ConfigOf } from '../../src/config/config-def.ts'
import { embedKeys } from '../../src/config/embed.ts'
import type { Password } from '../../src/config/password.ts'
import type { ConfigValue } from '../../src/config/types.ts'
import { nonEmptyString } from '../../src/config/validators.ts'
import type { Int64 } from '../../src/util/int64.ts'

function errorsOf(values: readonly ConfigValue[]): Record<string, readonly string[]> {
  return Object.fromEntries(values.map((value) => [value.name, value.errorMessages]))
}

describe('a ConfigDef', () => {
  const def = configDef({
    req: { type: 'string', importance: 'high', doc: 'Required.' },
    n: { type: 'int', default: 5, min: 1, max: 9, importance: 'low', doc: 'A number.' },
    nn: { type: 'string', validator: nonEmptyString, importance: 'low', doc: 'Not empty.' },
    ci: { type: 'string', oneOf: ['a'], importance: 'low', doc: 'Only a.' },
  })
  const missing = (name: string): string =>
    `Missing required configuration "${name}" which has no default value.`

  test('derives the type of what it parses', () => {
    const typed = configDef({
      a: { type: 'boolean', importance: 'low', doc: '' },
      b: { type: 'list', default: null, importance: 'low', doc: '' },
      c: { type: 'string', oneOf: ['x', 'y'], importance: 'low', doc: '' },
      d: { type: 'long', importance: 'low', doc: '' },
      e: { type: 'password', default: null, importance: 'low', doc: '' },
    })
    expectTypeOf<ConfigOf<typeof typed>>().toEqualTypeOf<{
      readonly a: boolean
      readonly b: readonly string[] | null
      readonly c: 'x' | 'y'
      readonly d: Int64
      readonly e: Password | null
    }>()
    expect(typed.parse({ a: 'true', c: 'y', d: '7' })).toEqual({
      a: true,
      b: null,
      c: 'y',
      d: 7,
      e: null,
    })
  })

  test('collects every error, and runs validators even where nothing could be parsed', () => {
    expect(errorsOf(def.validate({}))).toEqual({
      req: [missing('req')],
      n: [],
      nn: [missing('nn')],
      ci: [missing('ci'), 'Invalid value null for configuration ci: String must be one of: a'],
    })
    expect(errorsOf(def.validate({ n: 'abc' })).n).toEqual([
      'Invalid value abc for configuration n: Not a number of type INT',
      'Invalid value null for configuration n: Value must be non-null',
    ])
    expect(errorsOf(def.validate({ n: '0' })).n).toEqual([
      'Invalid value 0 for configuration n: Value must be at least 1',
    ])
    expect(errorsOf(def.validate({ n: null })).n).toEqual([
      'Invalid value null for configuration n: Value must be non-null',
    ])
  })

  test('parses or throws at the first problem', () => {
    expect(def.parse({ req: 'x', nn: 'y', ci: 'a', other: 'z' })).toEqual({
      req: 'x',
      n: 5,
      nn: 'y',
      ci: 'a',
    })
    expect(() => def.parse({ n: '10' })).toThrow(missing('req'))
    expect(() => def.parse({ req: null })).toThrow(
      'Invalid value null for configuration req: entry must be non null',
    )
  })

  test('refuses a default that breaks its own rules, and a key defined twice', () => {
    const wrong = { type: 'int', default: 0, min: 1, importance: 'low', doc: '' } as const
    expect(() => configDef({ cfg: wrong })).toThrow('Invalid value 0 for configuration cfg')
    expect(() => configDefOf([...def.keys.values(), ...def.keys.values()])).toThrow(
      'Configuration req is defined twice.',
    )
  })

  test('lets null pass where it is the default', () => {
    const optional = configDef({
      n: { type: 'int', default: null, min: 1, importance: 'low', doc: '' },
    })
    expect(optional.parse({})).toEqual({ n: null })
    expect(() => optional.parse({ n: '0' })).toThrow('Value must be at least 1')
  })

  test('reports dependents that are not defined', () => {
    const broken = configDef({
      a: { type: 'int', default: 1, dependents: ['b'], importance: 'low', doc: '' },
    })
    expect(broken.validate({}).map(({ name, visible }) => [name, visible])).toEqual([
      ['a', true],
      ['b', false],
    ])
    expect(errorsOf(broken.validate({})).b).toEqual([
      'b is referred in the dependents, but not defined.',
    ])
    expect(() => broken.parse({})).toThrow(/referred in the dependents, but not defined: b$/)
  })

  test('asks recommenders with everything parsed', () => {
    const recommending = configDef({
      kind: { type: 'string', dependents: ['unit'], importance: 'low', doc: '' },
      unit: {
        type: 'string',
        default: '',
        importance: 'low',
        doc: '',
        recommender: {
          validValues: (_name, parsed) => (parsed.kind === 'time' ? ['ms', 's'] : []),
          visible: (_name, parsed) => parsed.kind !== 'none',
        },
      },
    })
    const unit = (kind: string): ConfigValue | undefined => recommending.validate({ kind })[1]
    expect(unit('time')).toMatchObject({ recommendedValues: ['ms', 's'], visible: true })
    expect(unit('none')).toMatchObject({ recommendedValues: [], visible: false })
  })

  test('embedded in another, prefixes names and groups but not what validators see', () => {
    const child = configDef({
      low: { type: 'int', default: 1, min: 1, importance: 'low', doc: '' },
      type: { type: 'string', group: 'G', dependents: ['low'], importance: 'high', doc: '' },
      high: { type: 'int', default: 1, importance: 'high', doc: '' },
    })
    const where = { prefix: 't.a.', group: 'T: a', startOrder: 3 }
    const embedded = embedKeys(child.keys.values(), where)
    expect(embedded.map((it) => [it.name, it.group, it.orderInGroup, it.dependents])).toEqual([
      ['t.a.high', 'T: a', 3, []],
      ['t.a.low', 'T: a', 4, []],
      ['t.a.type', 'T: a: G', 5, ['t.a.low']],
    ])
    const errors = errorsOf(configDefOf(embedded).validate({ 't.a.low': '0' }))
    expect(errors).toEqual({
      't.a.high': [],
      't.a.low': ['Invalid value 0 for configuration low: Value must be at least 1'],
      't.a.type': [missing('t.a.type')],
    })
  })

  test('keeps a key called __proto__ like any other', () => {
    const props = JSON.parse('{"__proto__":"x"}') as Record<string, string>
    const odd = configDef({
      ['__proto__']: { type: 'string', importance: 'low', doc: '' },
    })
    expect(Object.entries(odd.parse(props))).toEqual([['__proto__', 'x']])
  })
})

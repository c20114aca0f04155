import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseRegistryConfig } from '../../../src/converters/registry/registry-config.ts'
import { RegistryClient } from '../../../src/converters/registry/registry-client.ts'
import type { SchemaText } from '../../../src/converters/registry/registry-client.ts'

/** A registry to be held to what the converters expect of one. */
export interface RunningRegistry extends AsyncDisposable {
  readonly url: string
}

const avro = (fields: string, name = 'R'): SchemaText => ({
  type: 'AVRO',
  schema: `{"type":"record","name":"${name}","fields":[${fields}]}`,
  references: [],
})
const a = '{"name":"a","type":"int"}'
const withDefault = `${a},{"name":"b","type":"string","default":""}`
const asIs = { normalize: false, deleted: false }

/** What every registry does, the fake and the real one. */
export function describeRegistry(name: string, start: () => Promise<RunningRegistry>): void {
  describe(name, () => {
    let running: RunningRegistry
    let client: RegistryClient

    beforeAll(async () => {
      running = await start()
      const settings = { 'schema.registry.url': running.url }
      client = new RegistryClient(parseRegistryConfig(settings), settings)
    }, 120_000)
    afterAll(async () => {
      client.close()
      await running[Symbol.asyncDispose]()
    })

    test('gives the same schema the same id, under whatever subject', async () => {
      const { id } = await client.register('one', avro(a), false)
      expect(id).toBeGreaterThan(0)
      expect((await client.register('one', avro(a), false)).id).toBe(id)
      expect((await client.register('two words/ü', avro(a), false)).id).toBe(id)
    })

    test('finds a schema by its id, and its version under a subject', async () => {
      const first = await client.register('found', avro(a), false)
      const second = await client.register('found', avro(withDefault), false)
      const found = await client.byId(second.id ?? 0, null)
      expect(found).toMatchObject({ type: 'AVRO', references: [], hasRules: false })
      expect(JSON.parse(found.schema)).toEqual(JSON.parse(avro(withDefault).schema))
      expect(await client.lookup('found', avro(a), asIs)).toMatchObject({
        id: first.id,
        version: 1,
      })
      expect(await client.lookup('found', found, asIs)).toMatchObject({ id: second.id, version: 2 })
    })

    test('tells the latest version and any other', async () => {
      await client.register('latest', avro(a), false)
      const second = await client.register('latest', avro(withDefault), false)
      expect(await client.latest('latest')).toMatchObject({ id: second.id, version: 2 })
      expect((await client.version('latest', 1)).version).toBe(1)
    })

    test('keeps what a schema refers to', async () => {
      await client.register('inner', avro(a, 'x.In'), false)
      const references = [{ name: 'x.In', subject: 'inner', version: 1 }]
      const outer = { ...avro('{"name":"i","type":"x.In"}', 'x.Out'), references }
      const { id } = await client.register('outer', outer, false)
      expect((await client.byId(id ?? 0, null)).references).toEqual(references)
    })

    test.each([
      ['a subject that is not there', 40401, (own: RegistryClient) => own.latest('nobody')],
      ['a version that is not there', 40402, (own: RegistryClient) => own.version('one', 77)],
      ['an id that is not there', 40403, (own: RegistryClient) => own.byId(999_999, null)],
      [
        'a schema that the subject has not',
        40403,
        (own: RegistryClient) => own.lookup('one', avro('', 'Other'), asIs),
      ],
    ] as const)('knows no %s', async (_what, errorCode, ask) => {
      await client.register('one', avro(a), false)
      await expect(ask(client)).rejects.toMatchObject({ status: 404, errorCode })
    })

    test('refuses a schema that cannot read what is there', async () => {
      await client.register('strict', avro(a), false)
      const other = avro('{"name":"c","type":"string"}')
      await expect(client.register('strict', other, false)).rejects.toMatchObject({ status: 409 })
    })

    test('refuses what is no schema', async () => {
      const none = { ...avro(''), schema: '{"type":"nope"}' }
      await expect(client.register('none', none, false)).rejects.toMatchObject({ status: 422 })
    })

    test('has no associations where none were made', async () => {
      expect(await client.associations('-', 'topic', false)).toEqual([])
    })
  })
}

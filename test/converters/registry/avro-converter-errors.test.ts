import { describe, expect, test } from 'vitest'
import { DataError, isRetriable, javaNameOf } from '../../../src/api/index.ts'
import { AvroConverter } from '../../../src/converters/registry/avro-converter.ts'
import { converterOf, errorOf, open, orderText, read, registry, write } from './support.ts'

describe('an error', () => {
  test.each([
    [401, 'org.apache.kafka.common.errors.AuthenticationException', false],
    [403, 'org.apache.kafka.common.errors.AuthorizationException', false],
    [409, 'org.apache.kafka.connect.errors.DataException', false],
    [422, 'org.apache.kafka.connect.errors.DataException', false],
    [408, 'org.apache.kafka.connect.errors.RetriableException', true],
    [429, 'org.apache.kafka.common.errors.ThrottlingQuotaExceededException', true],
    [500, 'org.apache.kafka.connect.errors.RetriableException', true],
    [502, 'org.apache.kafka.common.errors.DisconnectException', true],
    [503, 'org.apache.kafka.connect.errors.RetriableException', true],
    [504, 'org.apache.kafka.connect.errors.RetriableException', true],
  ])('of status %s is %s', async (status, javaName, retriable) => {
    registry.failing = { status, body: '{"error_code":1,"message":"no"}', times: 99 }
    const error = await errorOf(() => write(converterOf({ 'max.retries': '1' })))
    expect(javaNameOf(error)).toBe(javaName)
    expect(isRetriable(error)).toBe(retriable)
    expect(error.message).toContain('Error registering Avro schema: no; error code: 1')
    expect(registry.requests).toHaveLength(retriable ? 2 : 1)
  })

  test('that is over when it is tried again is none', async () => {
    registry.failing = { status: 503, body: '<html>', times: 2 }
    expect(await write(converterOf())).toBeInstanceOf(Buffer)
  })

  test('is not kept: the next record asks again', async () => {
    registry.failing = { status: 404, body: '{"error_code":40403,"message":"no"}', times: 1 }
    const converter = converterOf()
    const bytes = Buffer.from('0000000001020278', 'hex')
    const error = await errorOf(() => read(converter, bytes))
    expect(error.message).toContain(
      'Failed to deserialize data for topic t to Avro: Error retrieving Avro value schema for id 1: no; error code: 40403. The registry has no such schema',
    )
    registry.add('t-value', orderText)
    expect(String((await read(converter, bytes)).value)).toBe('Struct{a=1,b=x}')
  })

  test('of a subject that is not there while reading names the strategy', async () => {
    registry.add('other-value', orderText)
    const error = await errorOf(() => read(converterOf(), Buffer.from('0000000001020278', 'hex')))
    expect(error.message).toContain('Error retrieving Avro value schema version for id 1')
    expect(error.message).toContain('check the subject name strategy')
  })

  test('of a registry that is not there is retriable', async () => {
    const config = { 'schema.registry.url': registry.url, 'max.retries': '0' }
    await registry[Symbol.asyncDispose]()
    const converter = new AvroConverter()
    converter.configure(config, false)
    open.push(converter)
    const error = await errorOf(() => write(converter))
    expect(javaNameOf(error)).toBe('org.apache.kafka.common.errors.NetworkException')
    expect(isRetriable(error)).toBe(true)
  })

  test.each([
    ['7b2261223a317d', /Unknown magic byte! Expected 00 and the id of a schema, but found 7b/],
    ['', /Unknown magic byte! There are no bytes/],
    ['000000', /Unknown magic byte! Expected the id of a schema behind 00, but the bytes end/],
    ['01aa', /Unknown magic byte! Expected the id of a schema behind 01, but the bytes end/],
  ])('of the bytes %s says what is wrong with them', async (hex, message) => {
    const error = await errorOf(() => read(converterOf(), Buffer.from(hex, 'hex')))
    expect(error).toBeInstanceOf(DataError)
    expect(error.message).toMatch(/^Failed to deserialize data for topic t to Avro: /)
    expect(error.message).toMatch(message)
  })

  test('of bytes that the schema does not fit keeps the topic and the id', async () => {
    registry.add('t-value', orderText)
    const error = await errorOf(() => read(converterOf(), Buffer.from('00000000010202', 'hex')))
    expect(error.message).toContain('Failed to deserialize data for topic t to Avro: The bytes end')
    expect((error.cause as Error).message).toBe('Error deserializing Avro message for id 1')
  })

  test('is a schema with rules, which would not be executed', async () => {
    const rule = { domainRules: [{ name: 'encrypt', type: 'ENCRYPT' }] }
    registry.add('t-value', orderText, { ruleSet: rule })
    const error = await errorOf(() => read(converterOf(), Buffer.from('0000000001020278', 'hex')))
    expect(error.message).toContain('rules of a data contract')
  })

  test('is a schema of another kind', async () => {
    registry.add('t-value', '{}', { schemaType: 'JSON' })
    const error = await errorOf(() => read(converterOf(), Buffer.from('00000000017b7d', 'hex')))
    expect(error.message).toContain('is of type JSON, but this converter reads AVRO')
  })
})

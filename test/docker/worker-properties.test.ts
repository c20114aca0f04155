import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  propertiesFromEnvironment,
  propertyOf,
  withProperties,
} from '../../docker/worker-properties.mjs'
import { parseProperties } from '../../src/config/java-properties.ts'

describe('the environment of a container', () => {
  test.each([
    ['CONNECT_BOOTSTRAP_SERVERS', 'bootstrap.servers'],
    ['CONNECT_KEY_CONVERTER_SCHEMAS_ENABLE', 'key.converter.schemas.enable'],
    ['CONNECT_CONFIG_PROVIDERS_MY__FILES_CLASS', 'config.providers.my_files.class'],
    ['CONNECT_PRODUCER_X___Y', 'producer.x-y'],
    ['CONNECT_A____B', 'a-.b'],
    ['CONNECT_', null],
    ['KAFKA_HEAP_OPTS', null],
    ['connect_group_id', null],
  ])('reads %s as %s', (variable, property) => {
    expect(propertyOf(variable)).toBe(property)
  })

  test('gives the properties it sets and no other variable', () => {
    const environment = { PATH: '/bin', CONNECT_GROUP_ID: 'g', CONNECT_BOOTSTRAP_SERVERS: 'b:1' }
    expect(propertiesFromEnvironment(environment)).toEqual({
      'bootstrap.servers': 'b:1',
      'group.id': 'g',
    })
  })

  test.each([
    'bootstrap.servers=file:1',
    'bootstrap.servers=file:1\\',
    'bootstrap.servers = file:1\n',
  ])('wins over the file %j, the rest of which stays', (line) => {
    const merged = withProperties(`plugin.path=/p\n${line}`, { 'bootstrap.servers': 'env:2' })
    expect({ ...parseProperties(merged) }).toEqual({
      'plugin.path': '/p',
      'bootstrap.servers': 'env:2',
    })
  })

  test('survives the properties syntax, whatever it holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(
        fc.dictionary(
          text.filter((key) => key !== ''),
          text,
        ),
        (properties) => {
          const merged = parseProperties(withProperties('', properties))
          expect(Object.entries(merged)).toEqual(Object.entries(properties))
        },
      ),
    )
  })
})

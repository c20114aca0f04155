import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  effectiveProperty,
  propertiesFromEnvironment,
  propertyOf,
  withProperties,
  workerFileOf,
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

describe('a property of the worker', () => {
  test.each([
    'listeners=http://:9000',
    'a=b\\\nlisteners=x\n listeners : http\\://\\:9000',
    'listeners=http://:1\nlisteners http://:9000\n#listeners=http://:2\nlisteners.x=3',
    'listeners=http://\\\n   :9000\r\nb=c',
  ])('is read from the file %j as the worker reads it', (file) => {
    expect(parseProperties(file).listeners).toBe('http://:9000')
    expect(effectiveProperty('listeners', file, {})).toBe('http://:9000')
    expect(effectiveProperty('listeners', file, { CONNECT_LISTENERS: 'https://:1' })).toBe(
      'https://:1',
    )
    expect(effectiveProperty('group.id', file, {})).toBeUndefined()
  })
})

test('the worker’s file is found by the first process that names it', async () => {
  const proc = await mkdtemp(path.join(tmpdir(), 'sluice-proc-'))
  for (const [pid, environment] of [
    ['1', 'PATH=/bin\0'],
    ['10', 'SLUICE_WORKER_FILE=/late\0'],
    ['7', 'A=b\0SLUICE_WORKER_FILE=/w.properties\0'],
    ['self', 'SLUICE_WORKER_FILE=/self\0'],
  ] as const) {
    await mkdir(path.join(proc, pid))
    await writeFile(path.join(proc, pid, 'environ'), environment)
  }
  expect(workerFileOf(proc)).toBe('/w.properties')
  await rm(path.join(proc, '7'), { recursive: true })
  await rm(path.join(proc, '10'), { recursive: true })
  expect(workerFileOf(proc)).toBeNull()
  await rm(proc, { recursive: true })
})

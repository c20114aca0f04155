import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConnectorFile, readConnectorFile } from '../../src/cli/connector-file.ts'

const parse = (text: string): ReturnType<typeof parseConnectorFile> =>
  parseConnectorFile(Buffer.from(text), 'c.any')

describe('a connector file', () => {
  test.each([
    ['properties', 'name=a\nfile=x y\n', { name: 'a', file: 'x y' }],
    ['properties with a colon', 'name: a\n# comment\nfile\\ 2 = é', { name: 'a', 'file 2': 'Ã©' }],
    ['a flat JSON object', '{"name":"a","tasks.max":1}', { name: 'a', 'tasks.max': '1' }],
    [
      'scalars of JSON become text',
      '{"name":7,"b":true,"c":null,"d":1.5}',
      { name: '7', b: 'true', c: null, d: '1.5' },
    ],
    ['a request', '{"name":"a","config":{"x":"1"},"more":[1]}', { name: 'a', x: '1' }],
    ['a request whose names agree', '{"name":"a","config":{"name":"a"}}', { name: 'a' }],
    ['UTF-8 in JSON', '{"name":"é"}', { name: 'é' }],
  ])('may be %s', (_, text, config) => {
    expect(parse(text)).toEqual({ name: config.name, config, initialState: null })
  })

  test.each([
    ['stopped', 'STOPPED'],
    ['PAUSED', 'PAUSED'],
    ['running', 'STARTED'],
  ])('may ask for the initial state %s', (initial_state, expected) => {
    const text = JSON.stringify({ name: 'a', config: {}, initial_state })
    expect(parse(text).initialState).toBe(expected)
  })

  const missing = "Connector configuration at 'c.any' is missing the mandatory 'name' configuration"
  test.each([
    ['no name in properties', 'file=x\n', missing],
    ['an empty file', '', missing],
    ['no name in a flat object', '{"file":"x"}', missing],
    ['no name in a request', '{"config":{"file":"x"}}', missing],
    ['a list', '[]', missing],
    [
      'two names',
      '{"name":"a","config":{"name":"b"}}',
      "Connector name configuration in 'config' doesn't match the one specified in 'name' at 'c.any'",
    ],
    [
      'an unknown state',
      '{"name":"a","config":{},"initial_state":"gone"}',
      'Invalid value "gone" for "initial_state" at \'c.any\': expected RUNNING, PAUSED or STOPPED.',
    ],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  test('that begins as JSON does and is none is refused with the place of the mistake', () => {
    expect(() => parse('{"name":"a",}')).toThrow(
      /mandatory 'name'.*begins as JSON does, but is none: .*position/,
    )
  })

  test('of JSON gives back every configuration of strings', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), fc.string(), (config, name) => {
        expect(parse(JSON.stringify({ ...config, name })).config).toEqual({ ...config, name })
      }),
    )
  })

  test('that cannot be read is named', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'sluice-test-'))
    const file = path.join(dir, 'missing.properties')
    await expect(readConnectorFile(file)).rejects.toThrow(`Cannot read the connector file ${file}`)
    await rm(dir, { recursive: true })
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Headers } from '../../../src/data/headers.ts'
import { FLOAT64_SCHEMA, STRING_SCHEMA } from '../../../src/data/primitive-schemas.ts'
import { SinkRecord, SourceRecord } from '../../../src/data/records.ts'
import { PreviewText } from '../../../src/runtime/preview/preview-text.ts'
import { rememberSecret } from '../../../src/util/secrets.ts'

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withTypedArray: true,
  withSparseArray: true,
})

describe('what is shown of a value', () => {
  test('is JSON, whatever the value is', () => {
    const odd = fc.constantFrom(Number.NaN, Infinity, -0, '\ud800', Symbol('s'), () => 1, undefined)
    fc.assert(
      fc.property(fc.oneof(anything, odd), (value) => {
        expect(() => JSON.parse(new PreviewText().data(null, value)) as unknown).not.toThrow()
      }),
    )
    const text = new PreviewText().data(FLOAT64_SCHEMA, Number.NaN)
    expect(() => JSON.parse(text) as unknown).not.toThrow()
  })

  test('is JSON, whatever the bytes are, and tells all of the short ones', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const shown = JSON.parse(new PreviewText().bytes(bytes)) as Record<string, unknown>
        expect(shown).toMatchObject({ size: bytes.length, hex: Buffer.from(bytes).toString('hex') })
        expect(shown.truncated).toBeUndefined()
        if (typeof shown.text === 'string')
          expect(Buffer.from(shown.text)).toEqual(Buffer.from(bytes))
      }),
    )
  })

  test('holds no secret, wherever in text or binary data it stands', () => {
    const secret = 'Geheimnis-ß-of-preview-text'
    rememberSecret(secret)
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (before, behind) => {
        // Not within another character.
        const bytes = Buffer.concat([before, Buffer.from(' '), Buffer.from(secret), behind])
        const shown = new PreviewText().bytes(bytes)
        expect(shown).not.toContain(secret)
        expect(shown).not.toContain(Buffer.from(secret).toString('hex'))
        expect(JSON.parse(shown)).toMatchObject({ hidden: true })
      }),
    )
    const bytes = Buffer.from(`a${secret}`)
    for (const value of [bytes, [bytes], { a: { b: bytes } }, new Map([[1, bytes]])]) {
      expect(JSON.parse(new PreviewText().data(null, value))).toEqual({ hidden: true })
    }
    const headers = new Headers().add(secret, secret, null)
    const record = new SinkRecord(
      secret,
      0,
      null,
      secret,
      null,
      { [secret]: secret },
      1,
      1,
      undefined,
      headers,
    )
    expect(new PreviewText().record(record)).not.toContain(secret)
  })

  test('holds no part of a secret that stands where it is cut, however much was hidden before', () => {
    const secret = '0123456789-0123456789-of-a-cut'
    rememberSecret(secret)
    for (let at = 0; at <= secret.length; at++) {
      const long = 'x'.repeat(at) + secret.repeat(4000)
      const text = new PreviewText()
      for (const shown of [text.bytes(Buffer.from(long)), text.data(STRING_SCHEMA, long)]) {
        expect(shown).toContain('[hidden]')
        expect(shown).not.toContain('0123')
      }
    }
  })

  test('holds no secret in base64, as JSON writes bytes and a source its offsets', () => {
    const secret = 'Geheimnis-of-base64'
    rememberSecret(secret)
    const bytes = Buffer.from(`${secret}!`)
    const encoded = bytes.toString('base64')
    const written = Buffer.from(JSON.stringify({ token: encoded, more: 'x' }))
    const shown = new PreviewText().bytes(written)
    expect(JSON.parse(shown)).toEqual({ size: written.length, format: 'JSON', hidden: true })
    const place = { token: bytes }
    const record = new SourceRecord(place, place, 't', null, null, null, null, null)
    expect(new PreviewText().record(record)).not.toContain(encoded)
  })

  test('of many headers is the first hundred, and how many more there are', () => {
    const headers = new Headers(
      Array.from({ length: 150 }, (_, at) => ({ key: `h${at}`, value: 'x', schema: null })),
    )
    const record = new SinkRecord('t', 0, null, null, null, null, 1, null, undefined, headers)
    const shown = JSON.parse(new PreviewText().record(record)) as Record<string, unknown>
    expect(shown.headers).toHaveLength(100)
    expect(shown.moreHeaders).toBe(50)
  })

  test('takes up no more than is allowed to a record, however many values it has', () => {
    const text = new PreviewText()
    const long = 'x'.repeat(30_000)
    const sizes = Array.from({ length: 100 }, () => text.data(null, long).length)
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1.1 * 2 ** 20)
    text.beginRecord()
    expect(text.data(null, long).length).toBeGreaterThan(30_000)
  })
})

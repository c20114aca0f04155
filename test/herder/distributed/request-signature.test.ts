import { describe, expect, test } from 'vitest'
import { httpStatusOf } from '../../../src/errors/rest-error.ts'
import {
  checkSignature,
  readSignature,
  signRequest,
} from '../../../src/herder/distributed/request-signature.ts'
import type {
  SignatureCheck,
  SignatureHeaders,
} from '../../../src/herder/distributed/request-signature.ts'
import { macAlgorithms } from '../../../src/util/mac-algorithms.ts'

const key = Buffer.from('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'base64')
const body = Buffer.from('[{"task.class":"T"}]')
const check = { key, algorithms: ['HmacSHA256'], isRequired: true }

function checkRequest(headers: SignatureHeaders, bytes: Uint8Array, by: SignatureCheck): void {
  checkSignature(
    readSignature((name) => headers[name], bytes),
    by,
  )
}

describe('a request from one worker to another', () => {
  test.each([
    [body, 'FFL9KqpwZ62htyFSzz4DHB1kjZbTch9ZWIiDIYhWMXw='],
    [Buffer.alloc(0), '04tCCW2A9F+Ca0Sp1WB95ySWpBXT9KGoyI47udqNwcs='],
  ])('is signed as by Java', (bytes, signature) => {
    expect(signRequest(key, 'HmacSHA256', bytes)).toEqual({
      'x-connect-authorization': signature,
      'x-connect-request-signature-algorithm': 'HmacSHA256',
    })
  })

  test.each(macAlgorithms)('signed by %s is believed by who knows the key', (algorithm) => {
    const headers = signRequest(key, algorithm, body)
    expect(() => checkRequest(headers, body, { ...check, algorithms: [algorithm] })).not.toThrow()
  })

  const good = signRequest(key, 'HmacSHA256', body)
  const without = (name: string): SignatureHeaders =>
    Object.fromEntries(Object.entries(good).filter(([each]) => !each.endsWith(name)))

  test.each([
    [
      'with another body',
      good,
      Buffer.from('[]'),
      {},
      403,
      'Internal request contained invalid signature.',
    ],
    [
      'with another key',
      good,
      body,
      { key: Buffer.alloc(32) },
      403,
      'Internal request contained invalid signature.',
    ],
    [
      'with a signature that is too short',
      { ...good, 'x-connect-authorization': 'AAAA' },
      body,
      {},
      403,
      'Internal request contained invalid signature.',
    ],
    [
      'without a signature',
      without('authorization'),
      body,
      {},
      400,
      'Internal request missing required signature',
    ],
    [
      'without its algorithm',
      without('algorithm'),
      body,
      {},
      400,
      'Internal request missing required signature',
    ],
    ['before a key is known', good, body, { key: null }, 503, 'This worker is still starting up'],
    [
      'by an algorithm that is not allowed',
      good,
      body,
      { algorithms: ['HmacSHA512'] },
      400,
      "does not support the 'HmacSHA256' key signing algorithm used by other workers. This worker is currently configured to use: [HmacSHA512].",
    ],
    [
      'by an algorithm that is none',
      { ...good, 'x-connect-request-signature-algorithm': 'Rot13' },
      body,
      { isRequired: false },
      400,
      'Algorithm Rot13 not available',
    ],
    [
      'with a signature that is no base64',
      { ...good, 'x-connect-authorization': '%%%' },
      body,
      { isRequired: false },
      400,
      'base64',
    ],
  ] as const)('%s is refused', (_, headers, bytes, changes, status, message) => {
    let error: unknown
    try {
      checkRequest(headers, bytes, { ...check, ...changes })
    } catch (thrown) {
      error = thrown
    }
    expect(httpStatusOf(error)).toBe(status)
    expect(error).toHaveProperty('message', expect.stringContaining(message))
  })

  test('need not be signed before the group speaks sessioned', () => {
    expect(() => checkRequest({}, body, { ...check, isRequired: false })).not.toThrow()
  })
})

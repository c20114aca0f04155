import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pkcs12Error, pkcs12Certificates } from '../../src/util/pkcs12.ts'
import { tlsFile, tlsPasswords, tlsText } from '../support/tls-files.ts'

const whole = readFileSync(tlsFile('trust.p12'))

test('the certificates of a store are those it was made of', () => {
  const [certificate] = pkcs12Certificates(whole, tlsPasswords.store)
  const pem = tlsText('ca.pem').replace(/-----.*-----|\n/g, '')
  expect(certificate?.toString('base64')).toBe(pem)
})

test('a store that is cut or changed anywhere is an error that says so, never another one', () => {
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ flip
      for (const store of [changed, whole.subarray(0, at)]) {
        try {
          pkcs12Certificates(store, tlsPasswords.store)
        } catch (error) {
          expect(error).toBeInstanceOf(Pkcs12Error)
        }
      }
    }),
    { numRuns: 60, interruptAfterTimeLimit: 10_000 },
  )
})

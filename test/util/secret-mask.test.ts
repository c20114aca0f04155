import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SecretMask, credentialsIn } from '../../src/util/secret-mask.ts'
import { isOpenKey, mayBeSecret } from '../../src/util/secrets.ts'

function masking(...secrets: string[]): SecretMask {
  const mask = new SecretMask()
  for (const secret of secrets) mask.add(secret)
  return mask
}

describe('a secret is hidden', () => {
  test.each([
    ['wherever a long one stands', 'hunter22', 'xhunter22x hunter22', 'x[hidden]x [hidden]'],
    [
      'where a short one stands alone',
      'abc',
      'abc, "abc" xabc abcx äabc',
      '[hidden], "[hidden]" xabc abcx äabc',
    ],
    ['with what a pattern would read', 'a.b*c(d$', 'a.b*c(d$ axbxc', '[hidden] axbxc'],
    ['as JSON writes it', 'say "hi"\\', JSON.stringify({ p: 'say "hi"\\' }), '{"p":"[hidden]"}'],
    ['as a URL writes it', 'p@ss/word', 'http://h/?p=p%40ss%2Fword', 'http://h/?p=[hidden]'],
    ['without the line break of its file', 'from-a-file\n', 'is from-a-file.', 'is [hidden].'],
    [
      'line by line',
      '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n',
      'at MIIEvQIBADANBgkqhkiG',
      'at [hidden]',
    ],
  ])('%s', (_, secret, text, masked) => {
    expect(masking(secret).mask(text)).toBe(masked)
  })

  test('with another inside it', () => {
    expect(masking('secret', 'my-secret-1').mask('my-secret-1 secret')).toBe('[hidden] [hidden]')
  })

  test.each(['a', 'xy', 'true', 'FALSE', 'none'])('but for %j, which says nothing', (open) => {
    expect(masking(open).mask(`${open} and ${open}`)).toBe(`${open} and ${open}`)
  })
})

test('text without a secret is the same', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const plain = text.replaceAll('hunter22', '')
      expect(masking('hunter22').mask(plain)).toBe(plain)
    }),
  )
})

test('whatever the secrets are and wherever they stand, none of them comes through', () => {
  const secret = fc
    .string({ minLength: 6, maxLength: 30, unit: 'grapheme' })
    .map((text) => text.trim())
  fc.assert(
    fc.property(fc.array(secret, { maxLength: 8 }), fc.array(fc.string()), (secrets, parts) => {
      const long = secrets.filter((text) => text.length >= 6 && !'[hidden]'.includes(text))
      const text = [...parts, '']
        .map((part, i) => part + (long[i % (long.length || 1)] ?? ''))
        .join('')
      const masked = masking(...long).mask(`${text} ${JSON.stringify(text)}`)
      // What is left between two that were hidden may happen to read like a third.
      for (const each of long)
        expect(masked.split('[hidden]').some((part) => part.includes(each))).toBe(false)
    }),
  )
})

describe('credentials are hidden by where they stand', () => {
  test.each([
    ['jdbc:postgresql://bob:s3cret@db/x', 's3cret'],
    ['https://:tok@host', 'tok'],
    [
      'org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="b \\"c";',
      'b \\"c',
    ],
    ["ScramLoginModule required clientSecret='d e';", 'd e'],
  ])('%s', (text, credential) => {
    expect(credentialsIn(text)).toEqual([credential])
    expect(new SecretMask().mask(text)).toBe(text.replace(credential, '[hidden]'))
  })

  test.each(['http://host:8083/', 'mail bob@host', 'see a://b and c@d'])('not in %s', (text) => {
    expect(new SecretMask().mask(text)).toBe(text)
  })
})

test('it knows so many, those that were learnt last', () => {
  const mask = new SecretMask()
  for (let i = 0; i < 2001; i++) mask.add(`secret-number-${i}.`)
  expect(mask.mask('secret-number-0. secret-number-2000.')).toBe('secret-number-0. [hidden]')
})

test('those that were pinned it knows for ever, also where they are found to be secrets only later', () => {
  const mask = new SecretMask()
  mask.add('known-before')
  mask.pin(['found-later', 'no secret at all'])
  expect(mask.add('known-before')).toBe(false)
  expect(mask.add('found-later')).toBe(true)
  for (let i = 0; i < 2001; i++) mask.add(`secret-number-${i}.`)
  expect(mask.add('found-later')).toBe(false)
  expect(mask.mask('known-before found-later secret-number-0. no secret at all')).toBe(
    '[hidden] [hidden] secret-number-0. no secret at all',
  )
})

describe('keys', () => {
  test.each([
    'connection.password',
    'aws.secret.access.key',
    'sasl.jaas.config',
    'api.key',
    'token',
  ])('%s may hold a secret', (key) => expect(mayBeSecret(key)).toBe(true))
  test.each([
    'aws.credentials.provider.class',
    'sasl.oauthbearer.token.endpoint.url',
    'key.converter',
    'topics',
  ])('%s holds none', (key) => expect(mayBeSecret(key)).toBe(false))
  test.each(['name', 'topics', 'key.converter', 'connector.class'])(
    '%s names what logs must name',
    (key) => expect(isOpenKey(key)).toBe(true),
  )
  test.each(['connection.password', 'connection.user', 'password'])('%s does not', (key) =>
    expect(isOpenKey(key)).toBe(false),
  )
})

test('of the secrets known, those are told that stand in a text', () => {
  const mask = masking('hunter22', 'of-another', 'pinned-one')
  mask.pin([])
  mask.add('found-later')
  expect(mask.within(['user:hunter22@host', 'found-later'])).toEqual(['hunter22', 'found-later'])
  expect(mask.within([])).toEqual([])
})

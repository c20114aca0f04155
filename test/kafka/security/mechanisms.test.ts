import { describe, expect, test } from 'vitest'
import { SaslAuthenticationError } from '../../../src/kafka/security/errors.ts'
import { parseJaas } from '../../../src/kafka/security/jaas.ts'
import { oauthBearerMechanism } from '../../../src/kafka/security/oauthbearer.ts'
import { saslMechanism } from '../../../src/kafka/security/sasl-config.ts'
import { ScramExchange } from '../../../src/kafka/security/scram.ts'

const never = new AbortController().signal
const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule'

describe('sasl.jaas.config', () => {
  test.each<[string, Record<string, string>]>([
    [
      `${plain} required username="alice" password="alice-secret";`,
      { username: 'alice', password: 'alice-secret' },
    ],
    [
      `${plain} required\n  username=alice\n  password="a \\"b\\" \\\\ c=d;e";`,
      { username: 'alice', password: 'a "b" \\ c=d;e' },
    ],
    [
      `${plain} required username='bob' password='it is "b", not \\'a\\'';`,
      { username: 'bob', password: `it is "b", not 'a'` },
    ],
    [`${plain} REQUIRED;`, {}],
    [`  ${plain} optional empty="" ;  `, { empty: '' }],
    [
      `${plain} required url="https://host:1/a?b=c" port=9;`,
      { url: 'https://host:1/a?b=c', port: '9' },
    ],
  ])('%s', (text, options) => {
    const entry = parseJaas(text)
    expect(entry.loginModule).toBe(plain)
    expect(Object.fromEntries(entry.options)).toEqual(options)
  })

  test.each([
    ['', 'Login module not specified'],
    [`${plain} username="a";`, 'control flag not specified'],
    [`${plain} required username;`, "Value not specified for key 'username'"],
    [`${plain} required username="a"`, 'not terminated by semi-colon'],
    [`${plain} required; ${plain} required;`, 'more than one login module'],
    [`${plain} required password="hush`, 'Value not specified'],
  ])('%s is refused, without its values', (text, message) => {
    expect(() => parseJaas(text)).toThrow(message)
    expect(() => parseJaas(text)).not.toThrow('hush')
  })
})

describe('sasl.mechanism', () => {
  const jaas = `${plain} required username="u" password="p";`
  test.each([
    [{}, 'Invalid value GSSAPI for "sasl.mechanism": Kerberos is not spoken to brokers'],
    [{ 'sasl.mechanism': 'DIGEST-MD5' }, 'it is not known'],
    [{ 'sasl.mechanism': 'PLAIN' }, 'Missing "sasl.jaas.config"'],
    [{ 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.jaas.config': jaas }, 'expected ScramLoginModule'],
    [
      { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': `${plain} required username="u";` },
      'PlainLoginModule has no password',
    ],
    [
      { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': jaas, 'sasl.login.class': 'a.B' },
      'a Java class cannot run here',
    ],
  ])('%j is refused', (config, message) => {
    expect(() => saslMechanism(config)).toThrow(message)
  })

  test('PLAIN sends user and password', async () => {
    const mechanism = saslMechanism({ 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': jaas })
    const steps = await mechanism.begin(never)
    expect(steps.first.toString()).toBe('\0u\0p')
    expect(await steps.next(Buffer.alloc(0))).toBeNull()
  })
})

describe('SCRAM', () => {
  const credentials = { username: 'user', password: 'pencil', isToken: false }
  const serverFirst =
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'

  test('SCRAM-SHA-256 speaks as RFC 7677 shows it', async () => {
    const steps = new ScramExchange('sha256', credentials, 'rOprNGfwEbeRWgbNEkqO')
    expect(steps.first.toString()).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
    const proof = await steps.next(Buffer.from(serverFirst))
    expect(String(proof)).toBe(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    )
    const final = Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
    expect(await steps.next(final)).toBeNull()
  })

  test.each([
    ['v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=', 'Invalid server signature'],
    ['v=', 'Invalid server signature'],
    ['', 'Invalid server signature'],
    ['e=other-error', 'The broker refused: other-error'],
  ])('a broker that answers %j is not believed', async (final, message) => {
    const steps = new ScramExchange('sha256', credentials, 'rOprNGfwEbeRWgbNEkqO')
    await steps.next(Buffer.from(serverFirst))
    await expect(steps.next(Buffer.from(final))).rejects.toThrow(message)
  })

  test.each([
    ['r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', 'Invalid server nonce'],
    ['r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', 'Invalid server nonce'],
    [serverFirst.replace('4096', '1'), 'Requested iterations 1'],
    [serverFirst.replace('4096', '2000000000'), 'Requested iterations 2000000000'],
    ['', 'Invalid server nonce'],
  ])('a challenge of %s gets no proof', async (challenge, message) => {
    const steps = new ScramExchange('sha512', credentials, 'rOprNGfwEbeRWgbNEkqO')
    const proving = steps.next(Buffer.from(challenge))
    await expect(proving).rejects.toThrow(SaslAuthenticationError)
    await expect(proving).rejects.toThrow(message)
  })

  test('a name with signs of the grammar is escaped; a delegation token says what it is', () => {
    const token = { username: 'a=b,c', password: 'x', isToken: true }
    const first = new ScramExchange('sha512', token, 'n').first.toString()
    expect(first).toBe('n,,n=a=3Db=2Cc,r=n,tokenauth=true')
  })
})

describe('OAUTHBEARER', () => {
  test('sends token and extensions, and answers a refusal before it tells of it', async () => {
    const extensions = new Map([['traceId', '123']])
    const mechanism = oauthBearerMechanism(() => Promise.resolve({ value: 'tok', extensions }))
    const steps = await mechanism.begin(never)
    expect(steps.first.toString()).toBe('n,,\u0001auth=Bearer tok\u0001traceId=123\u0001\u0001')
    expect(String(await steps.next(Buffer.from('{"status":"invalid_token"}')))).toBe('\u0001')
    expect(() => steps.next(Buffer.alloc(0))).toThrow('{"status":"invalid_token"}')
  })
})

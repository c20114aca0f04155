import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ConnectorClientConfigOverridePolicy } from '../../src/api/worker-plugins.ts'
import { murmur2 } from '../../src/kafka/producer/murmur2.ts'
import * as policies from '../../src/plugins/override-policies.ts'
import { isRetriableCode, isStaleMetadata } from '../../src/kafka/protocol/errors.ts'
import { JavaOracle } from './java-oracle.ts'

let java: JavaOracle
beforeAll(async () => {
  java = await JavaOracle.start('ClientKeysOracle')
})
afterAll(() => java[Symbol.dispose]())

test('keys hash as in Java', async () => {
  const keys = fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 50 })
  await fc.assert(
    fc.asyncProperty(keys, async (bytes) => {
      const asked = bytes.map((each) => Buffer.from(each).toString('base64'))
      expect(bytes.map(murmur2)).toEqual(await java.ask({ op: 'murmur2', keys: asked }))
    }),
    { numRuns: 50 },
  )
})

/** Answers to a request that is not made here. */
const ofElections = new Set([
  'PREFERRED_LEADER_NOT_AVAILABLE',
  'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  'ELECTION_NOT_NEEDED',
])

test('the same errors are tried again as in Java, and the same after fresh metadata', async () => {
  const errors = (await java.ask({ op: 'errors' })) as readonly {
    readonly code: number
    readonly name: string
    readonly retriable: boolean
    readonly staleMetadata: boolean
  }[]
  expect(errors.length).toBeGreaterThan(120)
  for (const { code, name, retriable, staleMetadata } of errors) {
    const ours = { name, retriable: isRetriableCode(code), staleMetadata: isStaleMetadata(code) }
    if (name === 'UNKNOWN_LEADER_EPOCH') expect(ours.staleMetadata).toBe(true)
    else if (!ofElections.has(name)) expect(ours).toEqual({ name, retriable, staleMetadata })
  }
})

test.each(['All', 'None', 'Principal', 'Allowlist'] as const)(
  'the policy %s refuses the same keys as in Java, in the same words',
  async (name) => {
    const className = `${name}ConnectorClientConfigOverridePolicy` as const
    const key = fc.constantFrom(
      ...['acks', 'sasl.jaas.config', 'sasl.mechanism', 'security.protocol', 'linger.ms', 'own'],
    )
    const arbitrary = fc.record({
      given: fc.uniqueArray(key),
      allowed: fc.array(key).map((keys) => keys.join(' ,')),
    })
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ given, allowed }) => {
        const worker = { 'connector.client.config.override.allowlist': allowed }
        const props = Object.fromEntries(given.map((each) => [each, '1']))
        const theirs = (await java.ask({
          op: 'policy',
          policy: className,
          worker,
          props,
        })) as Record<string, readonly string[]>
        const policy = new policies[className]() as ConnectorClientConfigOverridePolicy
        policy.configure?.(worker)
        const refused = policy.validate({
          clientType: 'PRODUCER',
          connectorName: 'c',
          connectorClass: 'C',
          connectorType: 'source',
          clientProps: props,
        })
        const ours = new Map(refused.map(({ key: name, error }) => [name, [error]]))
        expect(Object.fromEntries(given.map((each) => [each, ours.get(each) ?? []]))).toEqual(
          theirs,
        )
      }),
      { numRuns: 30 },
    )
  },
)

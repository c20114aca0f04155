import { expect, test } from 'vitest'
import { hideProvided } from '../../src/herder/provided-values.ts'
import type { ConfigInfos } from '../../src/messages/config-infos.ts'

function infos(values: Readonly<Record<string, string | null>>): ConfigInfos {
  const configs = Object.entries(values).map(([name, value]) => ({
    definition: null,
    value: { name, value, recommended_values: [], errors: [], visible: true },
  }))
  return { name: 'C', error_count: 0, groups: [], configs: [...configs, noValue] }
}
const noValue = { definition: null, value: null }

test('a validation answers with what was written, and with nothing that a config provider gave', () => {
  const raw = {
    'connector.class': '${env:CLASS}',
    topics: '${env:TOPICS}',
    account: '${vault:db:account}',
    url: 'jdbc:x://h/?key=${vault:db:key}',
    plain: 'as it is',
    unknown: '${nobody:knows}',
    gone: null,
  }
  const resolved = {
    ...raw,
    'connector.class': 'com.example.C',
    topics: 'a,b',
    account: 'ann',
    url: 'jdbc:x://h/?key=s3cret',
  }
  const answered = hideProvided(infos({ ...resolved, other: null }), raw, resolved)
  expect(answered.configs.at(-1)).toEqual(noValue)
  expect(
    Object.fromEntries(
      answered.configs.flatMap(({ value }) => (value ? [[value.name, value.value]] : [])),
    ),
  ).toEqual({
    'connector.class': 'com.example.C',
    topics: 'a,b',
    account: '[hidden]',
    url: '[hidden]',
    plain: 'as it is',
    unknown: '${nobody:knows}',
    gone: null,
    other: null,
  })
})

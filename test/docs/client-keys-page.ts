import path from 'node:path'
import { format, resolveConfig } from 'prettier'
import type { ClientKey } from '../../src/config/client-keys/client-key.ts'
import { clientKeys } from '../../src/config/client-keys.ts'
import type { ClientKind } from '../../src/config/client-keys.ts'
import { root } from '../services/paths.ts'

/** `docs/kafka-client-keys.md`, made of the table in the sources. */
export const pagePath = path.join(root, 'docs', 'kafka-client-keys.md')

const kinds: readonly ClientKind[] = ['producer', 'consumer', 'admin']

const introduction = `# The keys of Kafka's clients

Every key of \`ProducerConfig\`, \`ConsumerConfig\` and \`AdminClientConfig\` of Kafka 4.3.1, and what becomes of it here. They may stand behind
\`producer.\`, \`consumer.\` and \`admin.\` in a worker's file, and behind \`producer.override.\`, \`consumer.override.\` and \`admin.override.\` in a
connector's, where \`connector.client.config.override.policy\` allows it. Values are read by Java's rules, and refused with its texts.

- **used**: it does what it does in Java; the test shows it.
- **accepted**: it does nothing, and nobody can tell.
- **no effect**: it does nothing; who sets it to anything but the default finds a warning in the log, once.
- **refused**: other values than the default, and those named, are errors.

A key that is not known is warned about once, in Java's words: \`These configurations '[…]' were supplied but are not used yet.\`

_Made by \`node scripts/client-keys-page.mjs\` from \`src/config/client-keys\`. Change the table there, not this page._
`

/** The page as it should be. */
export async function clientKeysPage(): Promise<string> {
  const sections = [
    section('All clients', (key) => kindsOf(key.name).length === kinds.length && !isSecurity(key)),
    section(
      'Security, of all clients',
      (key) => kindsOf(key.name).length === kinds.length && isSecurity(key),
    ),
    ...kinds.map((kind) =>
      section(titles[kind], ({ name }) => kindsOf(name).length < kinds.length, [kind]),
    ),
  ]
  const options = await resolveConfig(pagePath)
  return format([introduction, ...sections].join('\n'), { ...options, parser: 'markdown' })
}

const titles: Record<ClientKind, string> = {
  producer: 'Producers',
  consumer: 'Consumers',
  admin: 'Administrative clients',
}

function isSecurity({ name }: ClientKey): boolean {
  return /^(?:ssl|sasl|security\.protocol)/.test(name)
}

function section(
  title: string,
  wanted: (key: ClientKey) => boolean,
  of: readonly ClientKind[] = kinds,
): string {
  const names = new Set(
    of.flatMap((kind) => clientKeys[kind].filter(wanted).map(({ name }) => name)),
  )
  const rows = [...names].sort().map((name) => row(name, of))
  return [
    `## ${title}\n`,
    '| key | default | here | test |',
    '| - | - | - | - |',
    ...rows,
    '',
  ].join('\n')
}

function row(name: string, of: readonly ClientKind[]): string {
  const found = of.flatMap((kind) =>
    clientKeys[kind].filter((key) => key.name === name).map((key) => ({ kind, key })),
  )
  const [first] = found
  if (first === undefined) throw new Error(`no key ${name}`)
  const defaults = new Map<string, ClientKind[]>()
  for (const { kind, key } of found) {
    const text = defaultOf(key)
    defaults.set(text, [...(defaults.get(text) ?? []), kind])
  }
  const { effect, doc } = first.key
  const texts =
    defaults.size === 1
      ? [...defaults.keys()]
      : [...defaults].map(([text, kindsOfIt]) => `${text} (${kindsOfIt.join(', ')})`)
  const test = effect.kind === 'used' ? `\`${effect.test}\`` : ''
  return `| \`${name}\` | ${texts.join('; ')} | ${doc} ${effectOf(first.key)} | ${test} |`
}

function defaultOf({ default: value, ours }: ClientKey): string {
  const java = value === undefined ? 'required' : printed(value)
  if (ours === undefined) return java
  return `${printed(ours.default)} (Java: ${java}, but ${ours.why})`
}

function printed(value: ClientKey['default']): string {
  if (value === null || value === undefined) return 'none'
  return value === '' ? 'empty' : `\`${String(value).replaceAll(',', ', ')}\``
}

function effectOf({ effect }: ClientKey): string {
  switch (effect.kind) {
    case 'used':
      return effect.note === undefined ? '**Used.**' : `**Used**: ${effect.note}.`
    case 'accepted':
      return `**Accepted**: ${effect.why}.`
    case 'ignored':
      return `**No effect**: ${effect.why}.`
    case 'refused': {
      const allowed = effect.allowed.filter((value) => value !== '').map((value) => `\`${value}\``)
      const but = allowed.length === 0 ? '' : ` but for ${allowed.join(', ')}`
      return `**Refused**${but}: ${effect.why}.`
    }
  }
}

function kindsOf(name: string): ClientKind[] {
  return kinds.filter((kind) => clientKeys[kind].some((key) => key.name === name))
}

import { ConfigError } from '../errors/connect-error.ts'

/**
 * Which version of a plugin a configuration asks for (KIP-891), in Maven's syntax: `[1.0,2.0)`, `(,3.0]`, `[1.2]`,
 * ranges joined by commas. A bare version means exactly that one.
 */
export interface VersionRange {
  /** As Java prints it: `[1.0,2.0)`, a single version as `[1.2,1.2]`. */
  readonly text: string
  includes(version: string): boolean
}

interface Restriction {
  readonly from: string | null
  readonly fromIncluded: boolean
  readonly to: string | null
  readonly toIncluded: boolean
}

/** Null where any version will do: nothing given, or `latest`. Throws a ConfigError that says what is wrong. */
export function parseVersionRange(spec: string | null | undefined): VersionRange | null {
  if (spec === null || spec === undefined) return null
  const trimmed = spec.trim()
  if (trimmed.toLowerCase() === 'latest') return null
  const isRange = /^[[(]/.test(trimmed)
  const parts = isRange ? restrictionsOf(trimmed) : [exactly(trimmed)]
  return {
    text: isRange ? trimmed : `[${trimmed},${trimmed}]`,
    includes: (version) => parts.some((part) => isWithin(part, version)),
  }
}

function restrictionsOf(spec: string): Restriction[] {
  const one = /([[(])([^[\]()]*)([\])])\s*(?:,\s*|$)/y
  const parts: Restriction[] = []
  while (one.lastIndex < spec.length) {
    const match = one.exec(spec)
    if (match === null) throw new ConfigError(`Unbounded or unreadable version range: ${spec}`)
    const [, open = '', inside = '', close = ''] = match
    parts.push(restrictionOf(open, inside, close, spec))
  }
  return parts
}

function restrictionOf(open: string, inside: string, close: string, spec: string): Restriction {
  const bounds = inside.split(',').map((bound) => bound.trim())
  const [from = '', to] = bounds
  if (to === undefined) {
    if (open !== '[' || close !== ']' || from === '') {
      throw new ConfigError(`Single version must be surrounded by []: ${spec}`)
    }
    return exactly(from)
  }
  if (bounds.length > 2 || (from !== '' && to !== '' && compareVersions(from, to) > 0)) {
    throw new ConfigError(`Range defies version ordering: ${spec}`)
  }
  return {
    from: from === '' ? null : from,
    fromIncluded: open === '[',
    to: to === '' ? null : to,
    toIncluded: close === ']',
  }
}

function exactly(version: string): Restriction {
  return { from: version, fromIncluded: true, to: version, toIncluded: true }
}

function isWithin(part: Restriction, version: string): boolean {
  const low = part.from === null ? 1 : compareVersions(version, part.from)
  const high = part.to === null ? -1 : compareVersions(version, part.to)
  return (
    (low > 0 || (low === 0 && part.fromIncluded)) && (high < 0 || (high === 0 && part.toIncluded))
  )
}

/** The qualifiers Maven knows, in their order; the empty one is the release itself. Others come after, by name. */
const qualifiers = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp']
const aliases: Readonly<Record<string, string>> = { ga: '', final: '', release: '', cr: 'rc' }

/** Compares as Maven's `ComparableVersion`: numbers by value, qualifiers by their order. */
export function compareVersions(a: string, b: string): number {
  const left = tokensOf(a)
  const right = tokensOf(b)
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareTokens(left[i], right[i])
    if (order !== 0) return order
  }
  return 0
}

/** Splits at dots, dashes and between letters and digits; trailing zeros say nothing. */
function tokensOf(version: string): (number | string)[] {
  const tokens = (version.toLowerCase().match(/\d+|[a-z]+/g) ?? []).map((token) =>
    /^\d/.test(token) ? Number(token) : (aliases[token] ?? token),
  )
  while (tokens.length > 0 && (tokens.at(-1) === 0 || tokens.at(-1) === '')) tokens.pop()
  return tokens
}

/** A number beats a qualifier; a token that is missing counts as zero or as the release. */
function compareTokens(a: number | string | undefined, b: number | string | undefined): number {
  if (typeof a === 'number' || typeof b === 'number') {
    if (typeof a === 'string') return -1
    if (typeof b === 'string') return 1
    return (a ?? 0) - (b ?? 0)
  }
  const rank = rankOf(a ?? '') - rankOf(b ?? '')
  if (rank !== 0) return rank
  return (a ?? '') < (b ?? '') ? -1 : Number((a ?? '') > (b ?? ''))
}

function rankOf(qualifier: string): number {
  const rank = qualifiers.indexOf(qualifier)
  return rank < 0 ? qualifiers.length : rank
}

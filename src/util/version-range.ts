import { ConfigError } from '../errors/connect-error.ts'
import { compareVersions } from './maven-version.ts'

/**
 * Which version of a plugin a configuration asks for (KIP-891), in Maven's syntax: `[1.0,2.0)`, `(,3.0]`, `[1.2]`,
 * ranges joined by commas. A bare version means exactly that one.
 */
export interface VersionRange {
  /** As Java prints it: `[1.0,2.0)`, a single version as `[1.2,1.2]`. */
  readonly text: string
  includes(version: string): boolean
}

/** One of a range's parts. A bound that is null is none. */
interface Restriction {
  readonly from: string | null
  readonly fromIncluded: boolean
  readonly to: string | null
  readonly toIncluded: boolean
}

/** Null where any version will do: nothing given, or `latest`. Throws a ConfigError with Maven's words for what is wrong. */
export function parseVersionRange(spec: string | null | undefined): VersionRange | null {
  if (spec === null || spec === undefined || spec === 'latest') return null
  const trimmed = spec.trim()
  const parts = restrictionsOf(/^[[(]/.test(trimmed) ? trimmed : `[${trimmed}]`)
  return {
    text: parts.map(textOf).join(','),
    includes: (version) => parts.some((part) => isWithin(part, version)),
  }
}

function restrictionsOf(spec: string): Restriction[] {
  const parts: Restriction[] = []
  let rest = spec
  while (/^[[(]/.test(rest)) {
    const end = rest.search(/[\])]/)
    if (end < 0) throw new ConfigError(`Unbounded range: ${spec}`)
    const part = restrictionOf(rest.slice(0, end + 1))
    const before = parts.at(-1)?.to ?? null
    if (before !== null && (part.from === null || compareVersions(part.from, before) < 0)) {
      throw new ConfigError(`Ranges overlap: ${spec}`)
    }
    parts.push(part)
    rest = rest.slice(end + 1).trim()
    if (rest.startsWith(',')) rest = rest.slice(1).trim()
  }
  if (rest === '') return parts
  throw new ConfigError(`Only fully-qualified sets allowed in multiple set scenario: ${spec}`)
}

function restrictionOf(spec: string): Restriction {
  const fromIncluded = spec.startsWith('[')
  const toIncluded = spec.endsWith(']')
  const inside = spec.slice(1, -1).trim()
  const comma = inside.indexOf(',')
  if (comma < 0) {
    if (fromIncluded && toIncluded) return { from: inside, fromIncluded, to: inside, toIncluded }
    throw new ConfigError(`Single version must be surrounded by []: ${spec}`)
  }
  const from = boundOf(inside.slice(0, comma))
  const to = boundOf(inside.slice(comma + 1))
  const order = from === null || to === null ? -1 : compareVersions(from, to)
  if (order > 0 || (order === 0 && !(fromIncluded && toIncluded))) {
    throw new ConfigError(`Range defies version ordering: ${spec}`)
  }
  return { from, fromIncluded, to, toIncluded }
}

function boundOf(text: string): string | null {
  const version = text.trim()
  return version === '' ? null : version
}

function isWithin(part: Restriction, version: string): boolean {
  const low = part.from === null ? 1 : compareVersions(version, part.from)
  const high = part.to === null ? -1 : compareVersions(version, part.to)
  return (
    (low > 0 || (low === 0 && part.fromIncluded)) && (high < 0 || (high === 0 && part.toIncluded))
  )
}

function textOf({ from, fromIncluded, to, toIncluded }: Restriction): string {
  return `${fromIncluded ? '[' : '('}${from ?? ''},${to ?? ''}${toIncluded ? ']' : ')'}`
}

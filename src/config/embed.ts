import type { ConfigKey, Recommender, Validator } from './types.ts'

/** Where the keys of one ConfigDef are put inside another's. */
export interface Embedding {
  /** Comes before every name, e.g. `transforms.a.`. */
  readonly prefix: string
  readonly group: string
  /** Order of the first key in the group; the others follow. */
  readonly startOrder: number
}

/**
 * The keys of a plugin as they stand in the configuration of what uses it (`ConfigDef.embed`). Validators and
 * recommenders go on seeing the names without prefix.
 */
export function embedKeys(keys: Iterable<ConfigKey>, where: Embedding): ConfigKey[] {
  const { prefix, group, startOrder } = where
  return sortKeys(keys).map((key, index) => ({
    ...key,
    name: prefix + key.name,
    validator: embeddedValidator(prefix, key.validator),
    group: key.group === null ? group : `${group}: ${key.group}`,
    orderInGroup: startOrder + index,
    dependents: key.dependents.map((dependent) => prefix + dependent),
    recommender: embeddedRecommender(prefix, key.recommender),
  }))
}

const importances = ['HIGH', 'MEDIUM', 'LOW']

/** By group as first defined (none first), order, required before optional, importance, name. */
function sortKeys(keys: Iterable<ConfigKey>): ConfigKey[] {
  const list = [...keys]
  const groups = [...new Set(list.map((key) => key.group))].filter((group) => group !== null)
  const rankOf = (key: ConfigKey): number => (key.group === null ? -1 : groups.indexOf(key.group))
  return list.sort(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      a.orderInGroup - b.orderInGroup ||
      Number(a.hasDefault) - Number(b.hasDefault) ||
      importances.indexOf(a.importance) - importances.indexOf(b.importance) ||
      (a.name < b.name ? -1 : 1),
  )
}

/** The groups of some keys, in the order of their first key. */
export function groupsOf(keys: Iterable<ConfigKey>): string[] {
  const groups = new Set<string>()
  for (const { group } of keys) if (group !== null) groups.add(group)
  return [...groups]
}

function embeddedValidator(prefix: string, validator: Validator | null): Validator | null {
  if (validator === null) return null
  const check = (name: string, value: unknown): void => validator(name.slice(prefix.length), value)
  const { validValues } = validator
  return validValues === undefined ? check : Object.assign(check, { validValues })
}

function embeddedRecommender(prefix: string, recommender: Recommender | null): Recommender | null {
  if (recommender === null) return null
  const unprefixed = (parsed: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(parsed)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value]),
    )
  return {
    validValues: (name, parsed) =>
      recommender.validValues(name.slice(prefix.length), unprefixed(parsed)),
    visible: (name, parsed) => recommender.visible(name.slice(prefix.length), unprefixed(parsed)),
  }
}

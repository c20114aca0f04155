import { javaSplit } from '../../support/java-split.ts'
import { member } from './envelope.ts'

/** Which fields of one member are shifted: those named, all others, or all. */
export interface FieldChoice {
  readonly kind: 'all' | 'named' | 'others'
  readonly names: ReadonlySet<string>
}

/** By member of the change event; null where none of its fields is shifted. */
export type TimezoneChoice = Readonly<Record<'before' | 'after' | 'source', FieldChoice | null>>

export const wholeRows: TimezoneChoice = {
  before: { kind: 'all', names: new Set() },
  after: { kind: 'all', names: new Set() },
  source: null,
}

/** `topic:…`, `source:…` and `name:field` of `include.list` or `exclude.list`, by topic and by table. */
export class TimezoneLists {
  readonly #isExclusive: boolean
  readonly #topics = new Map<string, Set<string>>()
  readonly #tables = new Map<string, Set<string>>()
  readonly #either = new Map<string, Set<string>>()
  readonly #choices = new Map<ReadonlySet<string>, TimezoneChoice | null>()

  constructor(items: readonly string[], isExclusive: boolean) {
    this.#isExclusive = isExclusive
    let prefix: string | null = null
    for (const item of items) {
      const { prefix: own, name, field } = parsedItem(item)
      // As in Debezium, a prefix goes on for the items behind it.
      prefix = own ?? prefix
      if (name === null) continue
      const names = setIn(this.#listFor(prefix), name)
      if (field !== null) names.add(field)
    }
    for (const names of [this.#topics, this.#tables, this.#either].flatMap((list) => [
      ...list.values(),
    ])) {
      this.#choices.set(names, choiceOf(names, isExclusive))
    }
  }

  /** Null where nothing of the event is to be shifted. */
  choiceFor(topic: string, table: string | null): TimezoneChoice | null {
    const byTable = table ?? ''
    const names =
      this.#topics.get(topic) ??
      this.#tables.get(byTable) ??
      this.#either.get(topic) ??
      this.#either.get(byTable)
    if (names === undefined) return this.#isExclusive ? wholeRows : null
    return this.#choices.get(names) ?? null
  }

  #listFor(prefix: string | null): Map<string, Set<string>> {
    if (prefix === 'topic') return this.#topics
    return prefix === 'source' ? this.#tables : this.#either
  }
}

interface Item {
  readonly prefix: string | null
  readonly name: string | null
  readonly field: string | null
}

function parsedItem(item: string): Item {
  const [first = '', second, third, ...more] = javaSplit(item, ':')
  if (second === undefined) return { prefix: null, name: first, field: null }
  if (more.length > 0) return { prefix: null, name: null, field: null }
  if (/^(?:source|topic)$/i.test(first))
    return { prefix: first, name: second, field: third ?? null }
  return { prefix: null, name: first, field: second }
}

/** Without fields, all of the rows, or none of it where the list excludes. */
function choiceOf(fields: ReadonlySet<string>, isExclusive: boolean): TimezoneChoice | null {
  if (fields.size === 0) return isExclusive ? null : wholeRows
  const names = { before: new Set<string>(), after: new Set<string>(), source: new Set<string>() }
  for (const field of fields) {
    const [part, ...rest] = field.split('.')
    const name = rest.join('.')
    const isOf = (wanted: string): boolean => part === wanted && rest.length > 0
    if (isOf(member.source)) names.source.add(name)
    else if (isOf(member.before)) names.before.add(name)
    else if (isOf(member.after)) names.after.add(name)
    else {
      names.before.add(field)
      names.after.add(field)
    }
  }
  const kind = isExclusive ? 'others' : 'named'
  return {
    before: { kind, names: names.before },
    after: { kind, names: names.after },
    source: names.source.size === 0 ? null : { kind, names: names.source },
  }
}

function setIn(list: Map<string, Set<string>>, name: string): Set<string> {
  const known = list.get(name) ?? new Set<string>()
  list.set(name, known)
  return known
}

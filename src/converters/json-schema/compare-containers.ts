import { jsonText } from '../json/json-node.ts'
import { compareLimit } from './compare-values.ts'
import type { ArrayNode, ObjectNode, SchemaNode } from './schema-node.ts'

/** Problems of a reader whose schema of objects or arrays allows less than the writer's. */

interface Compare {
  compare(writer: SchemaNode, reader: SchemaNode, at: string): readonly string[]
  fits(writer: SchemaNode, reader: SchemaNode): boolean
}

export function compareObjects(
  comparison: Compare,
  writer: ObjectNode,
  reader: ObjectNode,
  at: string,
): string[] {
  const both = { writer: writer.keywords, reader: reader.keywords, at }
  const problems: string[] = []
  for (const name of new Set([...writer.properties.keys(), ...reader.properties.keys()])) {
    problems.push(
      ...compareProperty(comparison, { writer, reader }, name, `${at}/properties/${name}`),
    )
  }
  problems.push(...compareDependencies(writer, reader, at))
  problems.push(
    ...compareRest(comparison, writer, reader, {
      at: `${at}/additionalProperties`,
      word: 'ADDITIONAL_PROPERTIES',
    }),
    ...compareLimit(both, 'maxProperties', 'most'),
    ...compareLimit(both, 'minProperties', 'least'),
  )
  return problems
}

function compareProperty(
  comparison: Compare,
  { writer, reader }: { readonly writer: ObjectNode; readonly reader: ObjectNode },
  name: string,
  at: string,
): readonly string[] {
  const from = writer.properties.get(name)
  const to = reader.properties.get(name)
  const mustBeThere = reader.required.has(name) && to?.members.has('default') !== true
  if (from !== undefined && to !== undefined) {
    const isNew = mustBeThere && !writer.required.has(name)
    const problems = comparison.compare(from, to, at)
    return isNew ? [`${at}: REQUIRED_ATTRIBUTE_ADDED`, ...problems] : problems
  }
  if (from !== undefined) return compareRemoved(comparison, from, reader, at)
  if (to === undefined) return []
  if (isOpen(writer)) {
    return to.kind === 'anything' ? [] : [`${at}: PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL`]
  }
  const rest = typeof writer.additional === 'boolean' ? null : writer.additional
  if (rest !== null && !comparison.fits(rest, to)) {
    return [`${at}: PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL`]
  }
  return mustBeThere ? [`${at}: REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL`] : []
}

function compareRemoved(
  comparison: Compare,
  from: SchemaNode,
  reader: ObjectNode,
  at: string,
): string[] {
  if (isOpen(reader) || from.kind === 'nothing') return []
  const rest = typeof reader.additional === 'boolean' ? null : reader.additional
  if (rest === null) return [`${at}: PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL`]
  return comparison.fits(from, rest)
    ? []
    : [`${at}: PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL`]
}

/** Whether members that the schema does not name may be anything. */
function isOpen({ additional, keywords }: ObjectNode): boolean {
  return (
    additional === true &&
    !keywords.has('patternProperties') &&
    (keywords.get('unevaluatedProperties') ?? true) === true
  )
}

function compareDependencies(writer: ObjectNode, reader: ObjectNode, at: string): string[] {
  return ['dependencies', 'dependentRequired', 'dependentSchemas'].flatMap((name) => {
    const to = reader.keywords.get(name)
    if (to === undefined) return []
    const from = writer.keywords.get(name)
    const isSame = from !== undefined && jsonText(from) === jsonText(to)
    return isSame ? [] : [`${at}/${name}: DEPENDENCY_ADDED`]
  })
}

/** What is said of all members or elements that have no schema of their own. */
function compareRest(
  comparison: Compare,
  { additional: from }: Pick<ObjectNode, 'additional'>,
  { additional: to }: Pick<ObjectNode, 'additional'>,
  { at, word }: { readonly at: string; readonly word: string },
): readonly string[] {
  if (to === true || from === false) return []
  if (to === false) return [`${at}: ${word}_REMOVED`]
  return from === true ? [`${at}: ${word}_NARROWED`] : comparison.compare(from, to, at)
}

export function compareArrays(
  comparison: Compare,
  writer: ArrayNode,
  reader: ArrayNode,
  at: string,
): string[] {
  const both = { writer: writer.keywords, reader: reader.keywords, at }
  const isNewlyUnique =
    reader.keywords.get('uniqueItems') === true && writer.keywords.get('uniqueItems') !== true
  return [
    ...compareItems(comparison, writer, reader, `${at}/items`),
    ...compareTuples(comparison, writer, reader, `${at}/items`),
    ...compareRest(comparison, writer, reader, {
      at: `${at}/additionalItems`,
      word: 'ADDITIONAL_ITEMS',
    }),
    ...compareLimit(both, 'maxItems', 'most'),
    ...compareLimit(both, 'minItems', 'least'),
    ...(isNewlyUnique ? [`${at}/uniqueItems: UNIQUE_ITEMS_ADDED`] : []),
  ]
}

function compareItems(
  comparison: Compare,
  writer: ArrayNode,
  reader: ArrayNode,
  at: string,
): readonly string[] {
  if (reader.items === null) return []
  if (writer.items === null) return [`${at}: SCHEMA_ADDED`]
  return comparison.compare(writer.items, reader.items, at)
}

function compareTuples(
  comparison: Compare,
  writer: ArrayNode,
  reader: ArrayNode,
  at: string,
): string[] {
  const problems: string[] = []
  for (let i = 0; i < Math.max(writer.tuple.length, reader.tuple.length); i++) {
    const from = writer.tuple[i] ?? writer.additional
    const to = reader.tuple[i] ?? reader.additional
    const here = `${at}/${i}`
    if (to === true || from === false) continue
    if (to === false) problems.push(`${here}: ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL`)
    else if (from !== true) problems.push(...comparison.compare(from, to, here))
    else if (to.kind !== 'anything') problems.push(`${here}: ITEM_ADDED_TO_OPEN_CONTENT_MODEL`)
  }
  return problems
}

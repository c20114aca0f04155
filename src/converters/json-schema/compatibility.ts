import { compareArrays, compareObjects } from './compare-containers.ts'
import { compareChoices, compareNumbers, compareStrings } from './compare-values.ts'
import { prop } from './connect-names.ts'
import { largestMatching } from './matching.ts'
import { resolved, textMember } from './schema-node.ts'
import type { CombinedNode, ReferenceNode, SchemaNode } from './schema-node.ts'

/** A schema that is no mere reference. */
type Node = Exclude<SchemaNode, ReferenceNode>

/**
 * What keeps readers with the schema `reader` from reading what was written with `writer`, by the rules of Confluent's registry
 * (BACKWARD compatibility of JSON Schema); none where they can.
 */
export function incompatibilities(reader: SchemaNode, writer: SchemaNode): readonly string[] {
  return new Comparison().compare(writer, reader, '#')
}

/** Compares what data was written with to what it is to be read with. */
class Comparison {
  /** What was found of pairs, or of those that are being compared as yet: a schema that contains itself is compared once. */
  readonly #found = new Map<Node, Map<Node, readonly string[]>>()

  compare(writer: SchemaNode, reader: SchemaNode, at: string): readonly string[] {
    const from = resolved(writer)
    const to = resolved(reader)
    const ofWriter = this.#found.get(from) ?? new Map<Node, readonly string[]>()
    this.#found.set(from, ofWriter)
    const before = ofWriter.get(to)
    if (before !== undefined) return before
    ofWriter.set(to, [])
    const problems = this.#compare(from, to, at)
    ofWriter.set(to, problems)
    return problems
  }

  fits(writer: SchemaNode, reader: SchemaNode): boolean {
    return this.compare(writer, reader, '#').length === 0
  }

  #compare(writer: Node, reader: Node, at: string): readonly string[] {
    if (reader.kind === 'combined' && writer.kind !== 'combined') {
      const isChoice = reader.criterion !== 'allOf' || reader.schemas.length === 1
      if (isChoice && reader.schemas.some((schema) => this.fits(writer, schema))) return []
    }
    if (writer.kind === 'combined' && reader.kind !== 'combined') {
      const isProduct = writer.criterion === 'allOf' || writer.schemas.length === 1
      if (isProduct && writer.schemas.some((schema) => this.fits(schema, reader))) return []
    }
    if (writer.kind === 'string' && reader.kind === 'string') {
      return compareStrings(writer.keywords, reader.keywords, at)
    }
    if (writer.kind === 'number' && reader.kind === 'number') {
      return compareNumbers(writer, reader, at)
    }
    if (writer.kind === 'object' && reader.kind === 'object') {
      return compareObjects(this, writer, reader, at)
    }
    if (writer.kind === 'array' && reader.kind === 'array') {
      return compareArrays(this, writer, reader, at)
    }
    if (writer.kind === 'combined' && reader.kind === 'combined') {
      return this.#combined(writer, reader, at)
    }
    if (writer.kind === 'const' || writer.kind === 'enum') {
      if (reader.kind === writer.kind) return compareChoices(writer, reader, at)
    }
    return this.#kinds(writer, reader, at)
  }

  #kinds(writer: Node, reader: Node, at: string): readonly string[] {
    if (writer.kind === reader.kind) return []
    if (writer.kind === 'nothing' || reader.kind === 'anything') return []
    // A decimal may be written either way.
    const areBytes = [writer, reader].every((node) => textMember(node, prop.type) === 'bytes')
    return areBytes ? [] : [`${at}: TYPE_CHANGED from ${writer.kind} to ${reader.kind}`]
  }

  #combined(writer: CombinedNode, reader: CombinedNode, at: string): readonly string[] {
    const [from, to] = [writer.schemas.length, reader.schemas.length]
    if (!isExtended(writer, reader)) {
      return [`${at}: COMBINED_TYPE_CHANGED from ${writer.criterion} to ${reader.criterion}`]
    }
    if (from < to && reader.criterion === 'allOf') return [`${at}: PRODUCT_TYPE_EXTENDED`]
    if (from > to && writer.criterion !== 'allOf') return [`${at}: SUM_TYPE_NARROWED`]
    const pairs = largestMatching(writer.schemas, reader.schemas, (a, b) => this.fits(a, b))
    return pairs < Math.min(from, to) ? [`${at}: COMBINED_TYPE_SUBSCHEMAS_CHANGED`] : []
  }
}

/** Whether what the reader combines its schemas to allows no less. */
function isExtended(writer: CombinedNode, reader: CombinedNode): boolean {
  const isOne = (node: CombinedNode): boolean => node.schemas.length === 1
  return (
    writer.criterion === reader.criterion ||
    reader.criterion === 'anyOf' ||
    (isOne(writer) && isOne(reader)) ||
    (isOne(writer) && reader.criterion === 'oneOf') ||
    (isOne(reader) && writer.criterion === 'allOf')
  )
}

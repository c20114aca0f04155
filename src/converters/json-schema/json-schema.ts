import { DataError } from '../../api/index.ts'
import { jsonText, objectMember, parseJson } from '../json/json-node.ts'
import { SchemaDocuments } from './documents.ts'
import { SchemaParser } from './parse-schema.ts'
import type { SchemaNode } from './schema-node.ts'

/** A schema that another refers to by `name`. */
export interface NamedSchema {
  readonly name: string
  readonly schema: string
}

/** A JSON Schema with all that it refers to. Taken apart when it is first asked for: who only writes needs no more than its text. */
export class JsonSchema {
  readonly text: string
  readonly references: readonly NamedSchema[]
  readonly #ignoreModern: boolean
  #documents: SchemaDocuments | null = null
  #root: SchemaNode | null = null

  constructor(text: string, references: readonly NamedSchema[], ignoreModern: boolean) {
    this.text = text
    this.references = references
    this.#ignoreModern = ignoreModern
  }

  /** A DataError where the text is no JSON, or nested without end. */
  get documents(): SchemaDocuments {
    if (this.#documents === null) {
      const json = parse(this.text)
      const references = this.references.map(({ name, schema }) => ({ name, json: parse(schema) }))
      this.#documents = new SchemaDocuments(json, references, this.#ignoreModern)
    }
    return this.#documents
  }

  /** A DataError where the text is no JSON Schema. */
  get root(): SchemaNode {
    return (this.#root ??= new SchemaParser(this.documents).root())
  }

  /** What a record is called; null where it has no name. */
  get title(): string | null {
    const title = objectMember(this.documents.root.json, 'title')
    if (title === undefined || title === null) return null
    return typeof title === 'string' ? title : jsonText(title)
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new DataError('Invalid JSON schema: the registered text is no JSON.', { cause })
  }
}

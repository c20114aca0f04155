import { Ajv } from 'ajv'
import type { Options } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { DataError, asError } from '../../api/index.ts'
import { SerializationError } from '../serialization-error.ts'
import { isModern } from './dialect.ts'
import type { Dialect } from './dialect.ts'
import { formats } from './formats.ts'
import type { JsonSchema } from './json-schema.ts'
import { schemaPattern } from './schema-pattern.ts'
import { budgetKeyword, plainDocument } from './plain-schema.ts'
import { areUnique } from './unique-items.ts'

/**
 * How many schemas are tried on a document, by its length and that of the schema: where schemas that refer to themselves offer
 * choices, what is to be tried doubles with each level of the document.
 */
const stepsAtLeast = 1000
const stepsPerByte = 8
const stepsPerCharacter = 0.25

const options: Options = {
  // What is unknown means nothing: Connect's own members, and formats of others.
  strict: false,
  validateSchema: false,
  logger: false,
  // Names such as `constructor` are data.
  ownProperties: true,
  // As exact as decimals: 1.13 is a multiple of 0.01.
  multipleOfPrecision: 12,
  code: { regExp: schemaPattern },
}

type Validator = Pick<Ajv, 'addKeyword' | 'addSchema' | 'compile' | 'errorsText' | 'removeKeyword'>

/** Compiles what holds documents against a JSON Schema: a SerializationError for one that does not match. A DataError where it cannot. */
export function compileValidator(json: JsonSchema): (document: Buffer) => void {
  const { root, others } = json.documents
  const length = json.references.reduce((sum, { schema }) => sum + schema.length, json.text.length)
  const stepsOfSchema = stepsAtLeast + length * stepsPerCharacter
  let stepsLeft = 0
  const step = (): boolean => {
    if (--stepsLeft >= 0) return true
    throw new SerializationError(
      'The JSON Schema offers so many choices for the document, each within others, that they cannot all be tried.',
    )
  }
  try {
    const ajv = ajvOf(root.dialect, step)
    for (const [uri, place] of others) ajv.addSchema(plainDocument(place.json, place.dialect), uri)
    const validate = ajv.compile(plainDocument(root.json, root.dialect))
    return (document) => {
      stepsLeft = stepsOfSchema + document.length * stepsPerByte
      if (isValid(validate, parse(document))) return
      throw new SerializationError(
        `Validation error in JSON: ${ajv.errorsText(validate.errors, { dataVar: '#' })}`,
      )
    }
  } catch (cause) {
    throw new DataError(
      `The JSON Schema cannot be used to validate documents: ${asError(cause).message}`,
      { cause },
    )
  }
}

function ajvOf(dialect: Dialect, step: () => boolean): Validator {
  const own = { ...options, validateFormats: !isModern(dialect), formats }
  const ajv = newAjv(dialect, own)
  ajv.addKeyword({ keyword: budgetKeyword, schemaType: 'boolean', validate: step })
  // Its own compares each with each.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isAsked: boolean, elements: readonly unknown[]) => !isAsked || areUnique(elements),
  })
  return ajv
}

/** What cannot be told within the bounds of steps and stack is no match. */
function isValid(validate: (document: unknown) => unknown, document: unknown): boolean {
  try {
    return validate(document) === true
  } catch (cause) {
    if (cause instanceof SerializationError) throw cause
    throw new SerializationError(`Validation error in JSON: ${asError(cause).message}`, { cause })
  }
}

function newAjv(dialect: Dialect, own: Options): Validator {
  if (dialect === '2020-12') return new Ajv2020(own)
  return dialect === '2019-09' ? new Ajv2019(own) : new Ajv(own)
}

function parse(document: Buffer): unknown {
  const text = document.toString()
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch (cause) {
    throw new SerializationError('Validation error in JSON: the document is no JSON.', { cause })
  }
}

import { Struct } from '../../../api/index.ts'
import type { Schema, SchemaType } from '../../../api/index.ts'
import { deepestNesting } from '../json-cursor.ts'
import type { JsonCursor } from '../json-cursor.ts'
import type { JsonDecoder } from '../json-decoder.ts'
import { Bets } from './bets.ts'
import { mostFixedBytes, mostMembers } from './limits.ts'
import { compileReader, literalCode, MISS, slotCode } from './reader-code.ts'
import type { PredictedRead, SlotKind } from './reader-code.ts'

/** Code is made once a schema has proved to be in use. */
const firstReads = 32

const kinds: Partial<Record<SchemaType, SlotKind>> = {
  STRING: 'string',
  BOOLEAN: 'boolean',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FLOAT32: 'float',
  FLOAT64: 'double',
}

export interface PredictedField {
  readonly prefix: Buffer
  readonly decoder: JsonDecoder
}

/** Reads structs of one schema as JsonConverter writes them: all members in the order of the fields, without spaces. */
export class StructPrediction {
  readonly #schema: Schema
  readonly #fields: readonly PredictedField[]
  readonly #bets = new Bets()
  #read: PredictedRead | null = null
  #reads = 0

  constructor(schema: Schema, fields: readonly PredictedField[]) {
    this.#schema = schema
    this.#fields = fields
  }

  /**
   * Hot. The struct on whose brace the cursor stands; {@link MISS} where it looks otherwise, and the cursor stands there still. What
   * lies in it is then read again, and not guessed at again: else each level of structs that look otherwise would double the work.
   */
  read(cursor: JsonCursor): unknown {
    if (this.#read === null && !this.#compile()) return MISS
    const { at, depth } = cursor
    if (this.#read === null || depth >= deepestNesting || at < cursor.guessedTo) return MISS
    if (!this.#bets.isWorthIt) return MISS
    cursor.depth = depth + 1
    const value = this.#read(cursor, at)
    cursor.depth = depth
    if (value !== MISS) {
      this.#bets.hit()
      return value
    }
    this.#bets.miss()
    if (cursor.at > cursor.guessedTo) cursor.guessedTo = cursor.at
    cursor.at = at
    return MISS
  }

  #compile(): boolean {
    const fields = this.#fields
    if (++this.#reads !== firstReads || fields.length === 0 || fields.length > mostMembers) {
      return false
    }
    const fixed = fields.reduce((sum, { prefix }) => sum + prefix.length + 1, 1)
    if (fixed > mostFixedBytes) return false
    this.#read = compileStruct(this.#schema, fields)
    return true
  }
}

function compileStruct(schema: Schema, fields: readonly PredictedField[]): PredictedRead {
  const names = fields.map((_, i) => `v${i}`)
  const code = fields.map(({ prefix, decoder }, i) => {
    const before = Buffer.concat([Buffer.from(i === 0 ? '{' : ','), prefix])
    const slow = `c.at = p; v${i} = D[${i}].read(c); p = c.at`
    const kind = kinds[decoder.scalar ?? 'STRUCT'] ?? 'other'
    return literalCode(before) + slotCode(`v${i}`, kind, decoder.keepsNull === true, slow)
  })
  const body = `let ${names.join(', ')}
${code.join('')}${literalCode(Buffer.from('}'))}c.at = p
return new Struct(schema, [${names.join(', ')}])`
  return compileReader(body, { D: fields.map(({ decoder }) => decoder), Struct, schema })
}

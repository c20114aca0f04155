import type { SchemaType } from '../../../api/index.ts'
import type { JsonEncoder } from '../json-encoder-types.ts'
import { mostFixedBytes, mostMembers } from './limits.ts'
import { bytesCode, compileWriter, textCode, textSizeCode } from './writer-code.ts'
import type { CompiledWriter } from './writer-code.ts'

/** Code is made once a schema has proved to be in use. */
const firstWrites = 32
/** The longest that a value of a type takes, null included. */
const numberBytes = 26

export interface WrittenField {
  readonly prefix: Buffer
  readonly encoder: JsonEncoder
}

/** Writes the members of structs of one schema. */
export class StructWriter {
  readonly #fields: readonly WrittenField[]
  #compiled: CompiledWriter | null = null
  #writes = 0

  constructor(fields: readonly WrittenField[]) {
    this.#fields = fields
  }

  /** Hot. Null for as long as there is none. */
  get compiled(): CompiledWriter | null {
    if (this.#compiled === null && ++this.#writes === firstWrites) this.#compile()
    return this.#compiled
  }

  #compile(): void {
    const fields = this.#fields
    if (fields.length === 0 || fields.length > mostMembers) return
    const fixed = fields.reduce((sum, { prefix }) => sum + prefix.length, 1)
    if (fixed > mostFixedBytes) return
    const size = fields.map(({ encoder }, i) => sizeCode(encoder, i)).join('')
    this.#compiled = compileWriter({
      check: '',
      write: `${fields.map(fieldCode).join('')}${textCode('}')}`,
      size: `n = ${fixed}\n${size}`,
      given: { E: fields.map(({ encoder }) => encoder) },
    })
  }
}

function fieldCode({ prefix, encoder }: WrittenField, i: number): string {
  const fast = encoder.scalar == null ? undefined : scalars[encoder.scalar]
  const nothing =
    encoder.writesNull === true ? `else if (v === null) { ${textCode('null')} }\n` : ''
  const slow = `p = E[${i}].write(b, p, v)\n`
  const value = fast === undefined ? slow : `${fast}${nothing}else ${slow}`
  return `${bytesCode(prefix)}v = s[${i}]\n${value}`
}

function sizeCode({ scalar }: JsonEncoder, i: number): string {
  const slow = `E[${i}].maxBytes(v)`
  if (scalar === 'STRING') return `v = s[${i}]\n${textSizeCode(slow)}`
  const isShort = scalar != null && scalar !== 'BYTES'
  return isShort ? `n += ${numberBytes}\n` : `n += E[${i}].maxBytes(s[${i}])\n`
}

/** Writes `v` where it is of the type and in its range. */
const scalars: Partial<Record<SchemaType, string>> = {
  STRING: `if (typeof v === 'string') p = WS(b, p, v)\n`,
  BOOLEAN: `if (v === true) { ${textCode('true')} } else if (v === false) { ${textCode('false')} }\n`,
  INT8: integerCode('(v << 24) >> 24 === v'),
  INT16: integerCode('(v << 16) >> 16 === v'),
  INT32: integerCode('(v | 0) === v'),
  INT64: integerCode('Number.isSafeInteger(v)'),
  FLOAT64: `if (typeof v === 'number') p = WD(b, p, v)\n`,
}

function integerCode(inRange: string): string {
  return `if (typeof v === 'number' && ${inRange}) p = WI(b, p, v)\n`
}

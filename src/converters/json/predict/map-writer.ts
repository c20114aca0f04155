import type { JsonEncoder } from '../json-encoder-types.ts'
import { maxSchemalessBytes, schemalessEncoder, writeSchemaless } from '../write-schemaless.ts'
import { writeSchemalessNumber } from '../write-scalar.ts'
import { Bets } from './bets.ts'
import { mostFixedBytes, mostMembers } from './limits.ts'
import { bytesCode, compileWriter, prefixOf, textCode, textSizeCode } from './writer-code.ts'
import type { CompiledWriter } from './writer-code.ts'

/** Each shape that does not fit costs time. */
const mostShapes = 4
const numberBytes = 26

/**
 * Writes values without a schema. Objects mostly look alike: they are written by what was compiled for the last few that looked
 * otherwise, and by the general way where none of these fits.
 */
export class MapWriter implements JsonEncoder {
  readonly #shapes: CompiledWriter[] = []
  readonly #bets = new Bets()

  maxBytes(value: unknown): number {
    if (isObject(value)) {
      for (const shape of this.#shapes) {
        const size = shape.size(value)
        if (size >= 0) return size
      }
    }
    return schemalessEncoder.maxBytes(value)
  }

  /** Hot. */
  write(target: Buffer, at: number, value: unknown): number {
    if (!isObject(value) || !this.#bets.isWorthIt) return schemalessEncoder.write(target, at, value)
    for (const shape of this.#shapes) {
      const end = shape.write(target, at, value)
      if (end < 0) continue
      this.#bets.hit()
      return end
    }
    const end = schemalessEncoder.write(target, at, value)
    if (this.#bets.miss()) this.#shapes.length = 0
    else if (this.#shapes.length < mostShapes) this.#learn(value)
    return end
  }

  #learn(value: object): void {
    const names = Object.keys(value)
    if (names.length === 0 || names.length > mostMembers) return
    const prefixes = names.map(prefixOf)
    const fixed = prefixes.reduce((sum, prefix) => sum + prefix.length, 1)
    if (fixed <= mostFixedBytes) this.#shapes.push(compileMap(names, prefixes, fixed))
  }
}

/** Whether it can be nothing but a map: what has a class of its own may be something else. */
function isObject(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}

/** `fixed` is how many bytes are always there. */
function compileMap(
  names: readonly string[],
  prefixes: readonly Buffer[],
  fixed: number,
): CompiledWriter {
  const members = names.map((name) => `v = s[${JSON.stringify(name)}]\n`)
  const sizes = members.map((member) => `${member}${sizeCode}`).join('')
  const write = members.map((member, i) => {
    return `${bytesCode(prefixes[i] ?? Buffer.alloc(0))}${member}${valueCode}`
  })
  return compileWriter({
    check: `let i = 0
for (const k in s) if (k !== K[i++]) return -1
if (i !== ${names.length}) return -1
`,
    write: `${write.join('')}${textCode('}')}`,
    size: `n = ${fixed}\n${sizes}`,
    given: {
      ...{ K: names, WN: writeSchemalessNumber, W: writeSchemaless, X: maxSchemalessBytes },
    },
  })
}

const valueCode = `if (typeof v === 'string') p = WS(b, p, v)
else if (typeof v === 'number') p = WN(b, p, v)
else if (v === null) { ${textCode('null')} }
else if (v === true) { ${textCode('true')} }
else if (v === false) { ${textCode('false')} }
else p = W(b, p, v, 1)
`
const sizeCode = `if (typeof v === 'number' || typeof v === 'boolean' || v === null) n += ${numberBytes}
else ${textSizeCode('X(v, 1)')}`

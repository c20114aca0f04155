/** How names become ones that Avro allows (Debezium's `SchemaNameAdjuster`). */
export type NameAdjuster = (name: string) => string

export type AdjustmentMode = 'none' | 'avro' | 'avro_unicode'

const unchanged: NameAdjuster = (name) => name

/** For names of schemas, which may have dots. */
export const schemaNameAdjusters: Readonly<Record<AdjustmentMode, NameAdjuster>> = {
  none: unchanged,
  avro: (name) => underscored(name, /[^A-Za-z0-9_.]/g),
  avro_unicode: (name) => escaped(name, /[^A-Za-z0-9.]/g),
}

/** For names of fields. */
export const fieldNameAdjusters: Readonly<Record<AdjustmentMode, NameAdjuster>> = {
  none: unchanged,
  avro: (name) => underscored(name, /[^A-Za-z0-9_]/g),
  avro_unicode: (name) => escaped(name, /[^A-Za-z0-9]/g),
}

/** A digit at the start stays behind an underscore. */
function underscored(name: string, invalid: RegExp): string {
  const rest = name.slice(1).replace(invalid, '_')
  const first = name.charAt(0)
  if (/^[A-Za-z_]?$/.test(first)) return first + rest
  return (/\p{Nd}/u.test(first) ? `_${first}` : '_') + rest
}

/** `_u` and the code of the character; the underscore is one that has to be escaped. */
function escaped(name: string, invalid: RegExp): string {
  const first = name.charAt(0)
  const start = /^[A-Za-z]?$/.test(first) ? first : codeOf(first)
  return start + name.slice(1).replace(invalid, codeOf)
}

function codeOf(char: string): string {
  const hex = char.charCodeAt(0).toString(16)
  return `_u${hex.length <= 2 ? `00${hex}` : hex}`
}

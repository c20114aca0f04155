import type { Schema } from 'sluice/api'

/** How a file of comma separated values is written. Characters are codes of ASCII. */
export interface CsvOptions {
  readonly separator: number
  readonly quote: number
  /** Taken with quote or itself behind it, unless the file is by RFC 4180. */
  readonly escape: number
  /** Fields are quoted whole or not at all, and a quote within one is doubled (RFC 4180). Else quotes may stand anywhere, as opencsv reads them. */
  readonly isRfc4180: boolean
  /** What stands outside of quotes is left out. Not by RFC 4180. */
  readonly strictQuotes: boolean
  /** White space before a quote is left out. Not by RFC 4180. */
  readonly ignoreLeadingWhitespace: boolean
  /** Quotes hold nothing together. Not by RFC 4180. */
  readonly ignoreQuotations: boolean
  readonly keepCarriageReturn: boolean
  /** Which empty fields are null: those without quotes, or with them. */
  readonly nullFields: { readonly plain: boolean; readonly quoted: boolean }
  /** Of any content, before all else. */
  readonly skipLines: number
  /** Whether the first row names the fields. */
  readonly hasHeader: boolean
  /** Whether names of the header and of the schema must have the same case. */
  readonly caseSensitive: boolean
  /** A superset of ASCII. */
  readonly charset: string
  /** Of records; null where all fields are texts, called as the header does. */
  readonly schema: Schema | null
}

import { asError, atLeast, oneOfIgnoringCase } from 'sluice/api'
import type { ConfigOf, KeySpec, Schema, configDef } from 'sluice/api'
import { CsvReader } from 'sluice/storage'
import type { Conflict, CsvOptions } from 'sluice/storage'
import { valueSchemaOf } from './value-schema.ts'

const csv = { group: 'CSV', importance: 'low' } as const
const character = { type: 'int', validator: atLeast(0), ...csv } as const
const toggle = { type: 'boolean', ...csv } as const

/** The keys of CSV in Confluent's source. */
export const csvKeys = {
  'value.schema': {
    type: 'string',
    default: null,
    doc: 'The schema of records, in JSON: name, type STRUCT, and fieldSchemas with the type and isOptional of each field. Where it is left out, fields are texts.',
    ...csv,
  },
  'csv.skip.lines': {
    ...{ type: 'int', default: 0, validator: atLeast(0) },
    doc: 'Lines at the beginning that are left out.',
    ...csv,
  },
  'csv.separator.char': { default: 44, doc: 'What stands between fields: its code.', ...character },
  'csv.quote.char': { default: 34, doc: 'What stands around fields: its code.', ...character },
  'csv.escape.char': {
    default: 92,
    doc: 'What stands before a quote within a field, where the file is not by RFC 4180: its code.',
    ...character,
  },
  'csv.strict.quotes': {
    default: false,
    doc: 'Whether what stands outside of quotes is left out. Not by RFC 4180.',
    ...toggle,
  },
  'csv.ignore.leading.whitespace': {
    default: true,
    doc: 'Whether white space before a quote is left out. Not by RFC 4180.',
    ...toggle,
  },
  'csv.ignore.quotations': {
    default: false,
    doc: 'Whether quotes hold nothing together. Not by RFC 4180.',
    ...toggle,
  },
  'csv.keep.carriage.return': {
    default: false,
    doc: 'Whether the carriage return before a newline belongs to the field.',
    ...toggle,
  },
  'csv.null.field.indicator': {
    type: 'string',
    default: 'NEITHER',
    validator: oneOfIgnoringCase('EMPTY_SEPARATORS', 'EMPTY_QUOTES', 'BOTH', 'NEITHER'),
    doc: 'Which empty fields are null: those without quotes, those with, both or neither.',
    ...csv,
  },
  'csv.first.row.as.header': {
    default: true,
    doc: 'Whether the first row names the fields.',
    ...toggle,
  },
  'csv.file.charset': {
    ...{ type: 'string', default: 'UTF-8' },
    doc: 'How texts are encoded.',
    ...csv,
  },
  'csv.case.sensitive.field.names': {
    default: false,
    doc: 'Whether names of the first row and of the schema must have the same case.',
    ...toggle,
  },
  'csv.rfc.4180.parser.enabled': {
    default: true,
    doc: 'Whether files keep to RFC 4180: fields are quoted whole or not at all, and a quote within one is doubled.',
    ...toggle,
  },
} as const satisfies Record<string, KeySpec>

type CsvConfig = ConfigOf<ReturnType<typeof configDef<typeof csvKeys>>>

/** A reader of what the configuration describes. */
export function csvReader(config: CsvConfig): CsvReader {
  const indicator = config['csv.null.field.indicator'].toUpperCase()
  const options: CsvOptions = {
    separator: config['csv.separator.char'],
    quote: config['csv.quote.char'],
    escape: config['csv.escape.char'],
    isRfc4180: config['csv.rfc.4180.parser.enabled'],
    strictQuotes: config['csv.strict.quotes'],
    ignoreLeadingWhitespace: config['csv.ignore.leading.whitespace'],
    ignoreQuotations: config['csv.ignore.quotations'],
    keepCarriageReturn: config['csv.keep.carriage.return'],
    nullFields: {
      plain: indicator === 'EMPTY_SEPARATORS' || indicator === 'BOTH',
      quoted: indicator === 'EMPTY_QUOTES' || indicator === 'BOTH',
    },
    skipLines: config['csv.skip.lines'],
    hasHeader: config['csv.first.row.as.header'],
    caseSensitive: config['csv.case.sensitive.field.names'],
    charset: config['csv.file.charset'],
    schema: schemaOf(config),
  }
  return new CsvReader(options)
}

function schemaOf(config: CsvConfig): Schema | null {
  const text = config['value.schema']
  return text === null || text.trim() === '' ? null : valueSchemaOf(text)
}

/** What of the keys cannot be read with. */
export function csvConflicts(config: CsvConfig): Conflict[] {
  const characters = ['csv.separator.char', 'csv.quote.char', 'csv.escape.char'] as const
  const codes = characters.filter((key) => config[key] === 10 || config[key] > 127)
  const found = codes.map((name): Conflict => {
    return {
      name,
      message: `expected a character of ASCII, and no newline, and found ${config[name]}.`,
    }
  })
  if (config['csv.separator.char'] === config['csv.quote.char']) {
    found.push({ name: 'csv.quote.char', message: 'it is the separator.' })
  }
  return [
    ...found,
    ...faults('csv.file.charset', () => requireCharset(config['csv.file.charset'])),
    ...faults('value.schema', () => schemaOf(config)),
  ]
}

/** Rows are found before they are decoded: a newline must be one byte, and never part of another character. */
function requireCharset(name: string): void {
  const { encoding } = new TextDecoder(name)
  if (/^(?:utf-16|iso-2022|hz)/.test(encoding)) {
    throw new RangeError(`files in ${name} are not read; convert them to UTF-8.`)
  }
}

function faults(name: string, work: () => unknown): Conflict[] {
  try {
    work()
    return []
  } catch (error) {
    return [{ name, message: asError(error).message }]
  }
}

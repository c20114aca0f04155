import type { CsvOptions } from './csv-options.ts'

/** A field of a row. */
export interface CsvField {
  readonly text: string
  readonly isQuoted: boolean
}

/** The fields of a row. */
export function fieldsOf(row: string, options: CsvOptions): CsvField[] {
  return options.isRfc4180 ? standardFields(row, options) : looseFields(row, options)
}

function standardFields(row: string, { separator, quote }: CsvOptions): CsvField[] {
  const [comma, mark] = [String.fromCharCode(separator), String.fromCharCode(quote)]
  const fields: CsvField[] = []
  for (let at = 0; at <= row.length; at++) {
    const isQuoted = row.startsWith(mark, at)
    let text = ''
    if (isQuoted) {
      const { inside, end } = quotedText(row, at + 1, mark)
      text = inside
      at = end
    }
    const found = row.indexOf(comma, at)
    const end = found < 0 ? row.length : found
    fields.push({ text: text + row.slice(at, end), isQuoted })
    at = end
  }
  return fields
}

/** What stands between quotes, and where the row goes on. */
function quotedText(row: string, start: number, mark: string): { inside: string; end: number } {
  let inside = ''
  for (let from = start; ;) {
    const found = row.indexOf(mark, from)
    if (found < 0) return { inside: inside + row.slice(from), end: row.length }
    inside += row.slice(from, found)
    if (!row.startsWith(mark, found + 1)) return { inside, end: found + 1 }
    inside += mark
    from = found + 2
  }
}

/** As opencsv reads where it keeps to no standard: a quote may stand within a field, and is kept there. */
function looseFields(row: string, options: CsvOptions): CsvField[] {
  const { separator, quote, escape, strictQuotes, ignoreQuotations } = options
  const fields: CsvField[] = []
  let [text, inQuotes, isQuoted] = ['', false, false]
  for (let at = 0; at < row.length; at++) {
    const code = row.charCodeAt(at)
    const next = row.charCodeAt(at + 1)
    const holds = inQuotes && !ignoreQuotations
    if (code === escape && escape !== quote && (next === quote || next === escape)) {
      text += row.charAt(++at)
    } else if (code === quote && inQuotes && next === quote) {
      text += row.charAt(++at)
    } else if (code === quote) {
      inQuotes = !inQuotes
      isQuoted ||= text === ''
      const isWithin = text !== '' && at + 1 < row.length && next !== separator
      if (isWithin && !strictQuotes)
        text = isBlankBefore(text, options) ? '' : text + row.charAt(at)
    } else if (code === separator && !holds) {
      fields.push({ text, isQuoted })
      ;[text, inQuotes, isQuoted] = ['', false, false]
    } else if (!strictQuotes || holds) text += row.charAt(at)
  }
  fields.push({ text, isQuoted })
  return fields
}

function isBlankBefore(text: string, { ignoreLeadingWhitespace }: CsvOptions): boolean {
  return ignoreLeadingWhitespace && text.trim() === ''
}

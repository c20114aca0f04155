/**
 * Numbers as Java's `Double.toString` and `Float.toString` print them since JDK 19: the shortest digits that
 * read back as the same number (but at least two, the closest), plain from 1e-3 to 1e7, else as 1.0E10.
 */

/** A FLOAT64 as Java prints it, e.g. `100.0`, `1.0E10`, `NaN`, `-0.0`. */
export function doubleText(value: number): string {
  if (Number.isInteger(value) && value > -1e7 && value < 1e7) {
    return Object.is(value, -0) ? '-0.0' : `${value}.0`
  }
  if (!Number.isFinite(value)) return String(value)
  const text = String(value)
  const size = Math.abs(value)
  // JavaScript prints this range plainly and with the same digits.
  if (size >= 1e-3 && size < 1e7) return text
  const exponential = value.toExponential()
  return scientific(exponential.includes('.') ? exponential : value.toExponential(1))
}

/** A FLOAT32 (a number that is one, or is rounded to one) as Java prints it, e.g. `0.1`, `3.4028235E38`. */
export function floatText(value: number): string {
  const float = Math.fround(value)
  if (!Number.isFinite(float) || float === 0) return doubleText(float)
  let digits = 2
  let exponential = float.toExponential(1)
  while (Math.fround(Number(exponential)) !== float) exponential = float.toExponential(digits++)
  exponential = evenOfTwo(float, exponential)
  const size = Math.abs(float)
  if (size >= 1e-3 && size < 1e7) return plain(exponential)
  return scientific(exponential)
}

/**
 * Of two texts that are equally close Java takes the one that ends in an even digit, JavaScript the larger: of 32767.5625 the first
 * is 32767.562. A float needs few enough digits for a double to tell.
 */
function evenOfTwo(float: number, exponential: string): string {
  const [digits = '', exponent = ''] = exponential.split('e')
  const even = `${digits.slice(0, -1)}${Number(digits.at(-1)) - 1}e${exponent}`
  const isTie =
    Number(digits.at(-1)) % 2 === 1 &&
    Math.abs(Number(exponential) - float) === Math.abs(float - Number(even))
  return isTie && Math.fround(Number(even)) === float ? even : exponential
}

/** `1.50e+21` as Java's `1.5E21`; keeps one digit after the point. */
function scientific(exponential: string): string {
  const [digits = '', exponent = ''] = exponential.split('e')
  const trimmed = digits.replace(/0+$/, '')
  return `${trimmed.endsWith('.') ? `${trimmed}0` : trimmed}E${Number(exponent)}`
}

function plain(exponential: string): string {
  const text = String(Number(exponential))
  return text.includes('.') ? text : `${text}.0`
}

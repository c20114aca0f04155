import { IllegalArgumentError } from '../java-errors.ts'

/** A pattern letter so many times, or text that stands for itself. */
export type PatternPart =
  { readonly letter: PatternLetter; readonly count: number } | { readonly text: string }

const letters = 'GyMdkHmsSEDFwWahKzZYuXL'
export type PatternLetter =
  | 'G'
  | 'y'
  | 'M'
  | 'd'
  | 'k'
  | 'H'
  | 'm'
  | 's'
  | 'S'
  | 'E'
  | 'D'
  | 'F'
  | 'w'
  | 'W'
  | 'a'
  | 'h'
  | 'K'
  | 'z'
  | 'Z'
  | 'Y'
  | 'u'
  | 'X'
  | 'L'

/** A pattern of `java.text.SimpleDateFormat`. Throws an IllegalArgumentError in Java's words. */
export function parsePattern(pattern: string): PatternPart[] {
  const parts: PatternPart[] = []
  let at = 0
  const addText = (text: string): void => {
    const last = parts.at(-1)
    if (last !== undefined && 'text' in last) parts[parts.length - 1] = { text: last.text + text }
    else parts.push({ text })
  }
  while (at < pattern.length) {
    const char = pattern.charAt(at)
    if (char === "'") {
      const { text, end } = quoted(pattern, at)
      if (text !== '') addText(text)
      at = end
    } else if (!/[A-Za-z]/.test(char)) {
      addText(char)
      at++
    } else {
      let end = at + 1
      while (pattern.charAt(end) === char) end++
      // Java looks at the letter that follows before it counts.
      requireLetter(char)
      if (/[A-Za-z]/.test(pattern.charAt(end))) requireLetter(pattern.charAt(end))
      parts.push(letterPart(char, end - at))
      at = end
    }
  }
  return parts
}

function letterPart(letter: string, count: number): PatternPart {
  if (letter === 'X' && count > 3) {
    throw new IllegalArgumentError(`invalid ISO 8601 format: length=${count}`)
  }
  return { letter: requireLetter(letter), count }
}

function requireLetter(char: string): PatternLetter {
  if (isLetter(char)) return char
  throw new IllegalArgumentError(`Illegal pattern character '${char}'`)
}

function isLetter(char: string): char is PatternLetter {
  return letters.includes(char)
}

/** From a quote on: two in a row are one, within quotes and without. */
function quoted(pattern: string, at: number): { readonly text: string; readonly end: number } {
  if (pattern.charAt(at + 1) === "'") return { text: "'", end: at + 2 }
  let text = ''
  let end = at + 1
  for (;;) {
    const close = pattern.indexOf("'", end)
    if (close < 0) throw new IllegalArgumentError('Unterminated quote')
    text += pattern.slice(end, close)
    if (pattern.charAt(close + 1) !== "'") return { text, end: close + 1 }
    text += "'"
    end = close + 2
  }
}

/** `line` in one line, with nothing in it that a terminal would obey: letters and their errors are written by others. */
export function plainLine(line: string): string {
  return line.replace(/[^\P{Cc}\t]/gu, escaped)
}

/** As {@link plainLine}, of several lines. */
export function plainLines(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

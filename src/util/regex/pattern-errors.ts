import { ConnectError } from '../../errors/connect-error.ts'

/** A pattern that cannot be used. The message is Java's where Java refuses it too. */
export class PatternSyntaxError extends ConnectError {
  override readonly javaName: string = 'java.util.regex.PatternSyntaxException'

  /** `index` is where the parser stands, in characters. */
  constructor(description: string, pattern: string, index: number) {
    const before = pattern.slice(0, Math.max(index, 0)).replace(/[^\t]/g, ' ')
    const pointer = index >= 0 && index < pattern.length ? `\n${before}^` : ''
    super(`${description}${index >= 0 ? ` near index ${index}` : ''}\n${pattern}${pointer}`)
  }
}

/** A pattern that has not come to an end with a text within its bounds of steps or of stack. */
export class PatternLimitError extends ConnectError {
  override readonly javaName: string = 'java.util.regex.PatternSyntaxException'

  constructor(pattern: string, text: string, why: string) {
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
    super(
      `The regular expression ${pattern} ${why} to match a text of ${text.length} characters: ${shown}. ` +
        'Write it so that one text matches in one way only: no repetition within a repetition.',
    )
  }
}

export class IllegalArgumentError extends ConnectError {
  override readonly javaName: string = 'java.lang.IllegalArgumentException'
}

export class IndexOutOfBoundsError extends ConnectError {
  override readonly javaName: string = 'java.lang.IndexOutOfBoundsException'
}

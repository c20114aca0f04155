import type { Scanner } from './scanner.ts'
import { IndexStep, NameStep } from './steps.ts'
import type { PlainStep } from './steps.ts'

/** The name behind a dot. Within a filter, an operator ends it. */
export function dotStep(scanner: Scanner, inFilter: boolean): NameStep {
  const name = scanner.match(inFilter ? /[^\s.[\]()<>=~!&|,]+/y : /[^\s.[(]+/y)?.[0]
  if (name === undefined) throw scanner.error('expected a name')
  if (scanner.next === '(') throw scanner.unsupported('a function')
  return new NameStep(name)
}

/** What stands in brackets, which are open: a quoted name or an index. Null where it is something else. */
export function bracketStep(scanner: Scanner): PlainStep | null {
  const step = quotedName(scanner) ?? index(scanner)
  if (step === null) return null
  if (scanner.skipSpace().next === ',') throw scanner.unsupported('a list of names or indexes')
  if (scanner.next === ':') throw scanner.unsupported('a range of indexes')
  scanner.require(']')
  return step
}

/** The steps behind an @ within a filter. */
export function operandSteps(scanner: Scanner): PlainStep[] {
  const steps: PlainStep[] = []
  for (;;) {
    if (scanner.take('.')) {
      if (scanner.next === '.') throw scanner.unsupported('a search through all levels (..)')
      if (scanner.next !== '[') steps.push(dotStep(scanner, true))
    } else if (scanner.take('[')) {
      const step = bracketStep(scanner)
      if (step === null) throw scanner.unsupported('what stands in these brackets')
      steps.push(step)
    } else {
      return steps
    }
  }
}

/** A text in quotes, of either kind, without them; null where there is none. */
export function quotedText(scanner: Scanner): string | null {
  const found = scanner.match(/'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"/y)
  if (found === null) return null
  return unescaped(found[1] ?? found[2] ?? '')
}

function quotedName(scanner: Scanner): NameStep | null {
  const name = quotedText(scanner.skipSpace())
  return name === null ? null : new NameStep(name)
}

function index(scanner: Scanner): IndexStep | null {
  const digits = scanner.match(/-?\d{1,9}/y)?.[0]
  return digits === undefined ? null : new IndexStep(Number(digits))
}

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([\da-fA-F]{4})|([^]))/g, (_, code?: string, char?: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    return escapes[char ?? ''] ?? char ?? ''
  })
}

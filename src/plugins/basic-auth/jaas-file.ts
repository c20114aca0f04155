import { ConfigError } from '../../errors/connect-error.ts'

/** One login module of a section. */
export interface LoginModule {
  /** Java class. */
  readonly className: string
  readonly options: ReadonlyMap<string, string>
}

const flags = ['required', 'requisite', 'sufficient', 'optional']
/** A comment; a text quoted either way; a word; one of the four signs; or what belongs nowhere. */
const token =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|([\w$.-]+)|([={};])|(\S)/g

interface Token {
  readonly kind: 'text' | 'sign' | 'end'
  readonly text: string
  readonly line: number
}

/**
 * Reads a file of login modules by section, `Section { Module flag option="value" …; … };`
 * (`com.sun.security.auth.login.ConfigFile`). `${name}` in a value is a system property. Throws a ConfigError that says
 * where the file goes wrong, and nothing of the values (invariant 8).
 */
export function parseJaasFile(
  text: string,
  file: string,
  properties: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly LoginModule[]> {
  return new JaasReader(tokensOf(text), file, properties).read()
}

class JaasReader {
  readonly #tokens: readonly Token[]
  readonly #file: string
  readonly #properties: ReadonlyMap<string, string>
  #at = 0

  constructor(tokens: readonly Token[], file: string, properties: ReadonlyMap<string, string>) {
    this.#tokens = tokens
    this.#file = file
    this.#properties = properties
  }

  read(): ReadonlyMap<string, readonly LoginModule[]> {
    const sections = new Map<string, readonly LoginModule[]>()
    while (this.#next().kind !== 'end') {
      const name = this.#text('the name of a section')
      if (sections.has(name)) throw this.#fault(`the section ${name} is there twice`)
      this.#sign('{')
      const modules: LoginModule[] = []
      while (!this.#take('}')) modules.push(this.#module())
      this.#sign(';')
      sections.set(name, modules)
    }
    return sections
  }

  #module(): LoginModule {
    const className = this.#text('the class of a login module')
    if (!flags.includes(this.#text(`one of ${flags.join(', ')}`).toLowerCase())) {
      this.#at--
      throw this.#expected(`one of ${flags.join(', ')}`)
    }
    const options = new Map<string, string>()
    while (!this.#take(';')) {
      const name = this.#text('an option, or ";"')
      this.#sign('=')
      options.set(name, this.#expand(this.#text('a value in quotes')))
    }
    return { className, options }
  }

  #expand(value: string): string {
    return value.replace(/\$\{([^}]*)\}/g, (_all, name: string) => {
      const property = this.#properties.get(name)
      if (property !== undefined) return property
      throw this.#fault(`there is no system property ${name}`)
    })
  }

  #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', line: 0 }
  }

  #text(expected: string): string {
    const { kind, text } = this.#next()
    if (kind !== 'text') throw this.#expected(expected)
    this.#at++
    return text
  }

  #take(sign: string): boolean {
    const { kind, text } = this.#next()
    if (kind !== 'sign' || text !== sign) return false
    this.#at++
    return true
  }

  #sign(sign: string): void {
    if (!this.#take(sign)) throw this.#expected(`"${sign}"`)
  }

  #expected(expected: string): ConfigError {
    const { kind } = this.#next()
    const found = { text: 'a word or text', sign: 'a sign', end: 'the end of the file' }[kind]
    return this.#fault(`found ${found}, expected ${expected}`)
  }

  #fault(what: string): ConfigError {
    const line = (this.#tokens[this.#at] ?? this.#tokens.at(-1))?.line ?? 1
    return new ConfigError(
      `Failed to retrieve JAAS configuration: ${this.#file}, line ${line}: ${what}. ` +
        'Expected sections of the form KafkaConnect { LoginModule required option="value"; };',
    )
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  let counted = 0
  for (const { index, 0: all, 1: double, 2: single, 3: word, 4: sign, 5: other } of text.matchAll(
    token,
  )) {
    line += text.slice(counted, index).split('\n').length - 1
    counted = index
    const content = double ?? single
    if (content !== undefined) tokens.push({ kind: 'text', text: unescape(content), line })
    else if (word !== undefined) tokens.push({ kind: 'text', text: word, line })
    else if (sign !== undefined || other !== undefined)
      tokens.push({ kind: 'sign', text: all, line })
  }
  return tokens
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_all, character: string) => escapes[character] ?? character)
}

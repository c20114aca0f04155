import { ConfigError } from '../../errors/connect-error.ts'

/** The one login module of a `sasl.jaas.config`. */
export interface JaasEntry {
  /** Java class of the module. */
  readonly loginModule: string
  readonly options: ReadonlyMap<string, string>
}

const flags = ['required', 'requisite', 'sufficient', 'optional']
/** A text quoted either way, with Java's escapes; a word; one of the two signs; or what belongs nowhere. */
const token = /"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|([\w$.\-/:@+*%&~,]+)|([=;])|(\S)/g

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string }

/**
 * Reads `Module required key="value" …;` (javax.security.auth.login.Configuration), as `sasl.jaas.config` has it. Throws a
 * ConfigError that says what is missing, and nothing of the values (invariant 8).
 */
export function parseJaas(config: string): JaasEntry {
  const tokens = tokensOf(config)
  const loginModule = tokens.shift()
  if (loginModule?.kind !== 'text') throw malformed('Login module not specified in JAAS config')
  const flag = tokens.shift()
  if (flag?.kind !== 'text' || !flags.includes(flag.text.toLowerCase())) {
    throw malformed('Login module control flag not specified in JAAS config')
  }
  const options = new Map<string, string>()
  for (let key = tokens.shift(); key?.kind === 'text'; key = tokens.shift()) {
    const [sign, value] = tokens.splice(0, 2)
    if (sign?.text !== '=' || value?.kind !== 'text') {
      throw malformed(`Value not specified for key '${key.text}' in JAAS config`)
    }
    options.set(key.text, value.text)
    if (tokens[0] === undefined) throw malformed('JAAS config entry not terminated by semi-colon')
  }
  if (tokens.length > 0) {
    throw malformed('JAAS config property contains more than one login module, should be 1 module')
  }
  return { loginModule: loginModule.text, options }
}

function tokensOf(config: string): Token[] {
  return Array.from(config.matchAll(token), ([, double, single, word, sign]): Token => {
    const quoted = double ?? single
    if (quoted !== undefined) return { kind: 'text', text: unescape(quoted) }
    if (word !== undefined) return { kind: 'text', text: word }
    return { kind: 'sign', text: sign ?? '' }
  })
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

function unescape(text: string): string {
  return text.replace(/\\([\s\S])/g, (_all, character: string) => escapes[character] ?? character)
}

function malformed(what: string): ConfigError {
  return new ConfigError(
    `Invalid "sasl.jaas.config": ${what}. Expected one entry: LoginModule required key="value" …;`,
  )
}

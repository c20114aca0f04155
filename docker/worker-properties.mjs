// The worker's properties in a container: those of a file, and over them the environment's CONNECT_* variables, as the
// common Connect images take them. Run with a file's name it prints the whole as a properties file.
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const prefix = 'CONNECT_'
const separators = { _: '.', __: '_', ___: '-' }

/** The property a variable stands for: `CONNECT_BOOTSTRAP_SERVERS` → `bootstrap.servers`; null for any other variable. */
export function propertyOf(variable) {
  if (!variable.startsWith(prefix) || variable === prefix) return null
  return variable
    .slice(prefix.length)
    .toLowerCase()
    .replace(/_{1,3}/g, (run) => separators[run])
}

/** The properties that the environment sets, by name. */
export function propertiesFromEnvironment(environment) {
  const properties = {}
  for (const variable of Object.keys(environment).sort()) {
    const property = propertyOf(variable)
    if (property !== null) properties[property] = environment[variable]
  }
  return properties
}

/** `file`, the text of a properties file, with lines at its end that win over those before. */
export function withProperties(file, properties) {
  const lines = Object.entries(properties).map(
    ([key, value]) =>
      `${escape(key, /[\\:=#! \t\f\n\r]/g)}=${escape(value, /\\|^[ \t\f]+|[\n\r]/g)}`,
  )
  // The empty line ends a last line that was to be continued.
  return [file, '', ...lines, ''].join('\n')
}

/**
 * The value of `key` in a container whose worker file is `file`: the environment's, else the file's, as the entry point
 * puts them together. Undefined where neither has it. Lines joined by a backslash are read; escapes in a value are not
 * undone beyond `\\:`, `\\=` and their like, which is what addresses need.
 */
export function effectiveProperty(key, file, environment) {
  const set = propertiesFromEnvironment(environment)[key]
  if (set !== undefined) return set
  const lines = file.replace(/\\(?:\r\n|\n|\r)[ \t\f]*/g, '').split(/\r\n|\n|\r/)
  const values = lines
    .map((line) =>
      /^[ \t\f]*((?:\\.|[^\\=: \t\f#!])(?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/.exec(line),
    )
    .filter((match) => match !== null && match[1].replace(/\\(.)/g, '$1') === key)
  return values.at(-1)?.[2].replace(/\\(.)/g, '$1')
}

/**
 * The worker file that the entry point was given, as the environment of the process tells that it became (or of one before
 * it, under an init). `proc` is where the system lists its processes. Null where none tells.
 */
export function workerFileOf(proc = '/proc') {
  const processes = readdirSync(proc).filter((name) => /^\d+$/.test(name))
  for (const pid of processes.sort((a, b) => a - b)) {
    const file = environmentOf(`${proc}/${pid}/environ`).find((entry) => entry.startsWith(fileIs))
    if (file !== undefined) return file.slice(fileIs.length)
  }
  return null
}

const fileIs = 'SLUICE_WORKER_FILE='

/** Empty where the process has gone or is another user's. */
function environmentOf(file) {
  try {
    return readFileSync(file, 'utf8').split('\0')
  } catch {
    return []
  }
}

const escapes = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\f': '\\f' }

function escape(text, special) {
  return text
    .replace(special, (found) => [...found].map((char) => escapes[char] ?? `\\${char}`).join(''))
    .replace(/[^\0-\xff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file] = process.argv.slice(2)
  const properties = propertiesFromEnvironment(process.env)
  process.stdout.write(
    Buffer.from(withProperties(readFileSync(file, 'latin1'), properties), 'latin1'),
  )
}

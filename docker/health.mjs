// Exits with 0 while the worker answers GET /health with 200, else with 1 and the reason. Where the worker asks for a user:
// HEALTH_USER and HEALTH_PASSWORD, or HEALTH_USER_FILE and HEALTH_PASSWORD_FILE, whose first lines they are.
import { readFileSync } from 'node:fs'
import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'
import { effectiveProperty, workerFileOf } from './worker-properties.mjs'

const timeoutMs = 5000
const listeners = effectiveProperty('listeners', textOfWorkerFile(), process.env)
const listener = (listeners?.trim() || 'http://:8083').split(',')[0].trim()
const [, scheme, host, port] = /^(https?):\/\/(.*):(\d+)$/i.exec(listener) ?? []
if (port === undefined) fail(`Cannot tell a port from the listener ${listener}.`)

const local = ['', '0.0.0.0', '[::]'].includes(host) ? '127.0.0.1' : host
// Whose certificate it is does not matter here: the question goes to this very container.
const get = scheme.toLowerCase() === 'https' ? getHttps : getHttp
const request = get(
  `${scheme}://${local}:${port}/health`,
  { timeout: timeoutMs, rejectUnauthorized: false, auth: credentials() },
  (response) => {
    response.resume()
    const { statusCode } = response
    if (statusCode !== 200) fail(`GET /health answered ${statusCode}.${adviceOn(statusCode)}`)
  },
)
request.on('timeout', () => fail(`GET /health did not answer within ${timeoutMs} ms.`))
request.on('error', (error) => fail(`GET /health failed: ${error.message}`))

/** The file that the worker runs with. Empty where it cannot be told: then the environment decides alone. */
function textOfWorkerFile() {
  try {
    const file = process.env.SLUICE_WORKER_FILE ?? workerFileOf()
    return file === null ? '' : readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** Undefined where no user is named: nobody is then. */
function credentials() {
  const user = given('HEALTH_USER')
  return user === undefined ? undefined : `${user}:${given('HEALTH_PASSWORD') ?? ''}`
}

function given(name) {
  const file = process.env[`${name}_FILE`]
  if (process.env[name] !== undefined || file === undefined) return process.env[name]
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]
  } catch (error) {
    fail(`Cannot read ${name}_FILE: ${error.message}`)
  }
}

function adviceOn(statusCode) {
  if (statusCode !== 401) return ''
  return ' Set HEALTH_USER and HEALTH_PASSWORD, or HEALTH_USER_FILE and HEALTH_PASSWORD_FILE.'
}

function fail(reason) {
  console.error(reason)
  process.exit(1)
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isBlank } from '../config/validators.ts'
import { ConfigError, asError } from '../errors/connect-error.ts'
import { createLogger } from '../util/logger.ts'
import { JavaPattern } from '../util/regex/java-pattern.ts'
import { PatternLimitError } from '../util/regex/pattern-errors.ts'

const log = createLogger('org.apache.kafka.connect.runtime.rest.RestServer')

/** `access.control.allow.*`: which pages of other origins a browser lets call us. */
export interface CorsRules {
  readonly allows: (origin: string) => boolean
  /** As they are told: `GET,POST`. */
  readonly methods: string
}

/** Undefined where no origin is named. Throws a ConfigError. */
export function corsRules(origins: string, methods: string): CorsRules | undefined {
  if (isBlank(origins)) return undefined
  const names = origins.split(',').map((name) => name.trim())
  const patterns = names.filter((name) => name !== '' && name !== '*').map(originPattern)
  const allowsAny = names.includes('*')
  return {
    // Several origins stand beside each other where a request was redirected; one that matches suffices Jetty.
    allows: (origin) =>
      allowsAny ||
      origin.split(' ').some((one) => patterns.some((pattern) => matches(pattern, one))),
    methods: isBlank(methods) ? 'GET,POST,HEAD' : methods,
  }
}

/** An origin that a pattern cannot be done with is not allowed: it is the client's, and must not end the worker. */
function matches(pattern: JavaPattern, origin: string): boolean {
  try {
    return pattern.matches(origin)
  } catch (error) {
    if (!(error instanceof PatternLimitError)) throw error
    log.warn(`An Origin is refused. ${error.message} It stands in access.control.allow.origin.`)
    return false
  }
}

/** An origin is a pattern to Jetty 12: `https://.*\.example\.org`. */
function originPattern(name: string): JavaPattern {
  try {
    return new JavaPattern(name, { ignoreCase: true })
  } catch (cause) {
    throw new ConfigError(
      `Invalid value ${name} for configuration access.control.allow.origin: ${asError(cause).message}`,
      { cause },
    )
  }
}

/** Adds what a browser asks for (`CrossOriginHandler` of Jetty 12, as Java's worker sets it up: without credentials). */
export function addCorsHeaders(
  rules: CorsRules,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.setHeader('Vary', 'Origin')
  const { origin } = request.headers
  if (origin === undefined || !rules.allows(origin)) return
  response.setHeader('Access-Control-Allow-Origin', origin)
  if (!isPreflight(request)) return
  response.setHeader('Access-Control-Allow-Methods', rules.methods)
  response.setHeader('Access-Control-Allow-Headers', 'Content-Type')
  response.setHeader('Access-Control-Max-Age', '60')
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

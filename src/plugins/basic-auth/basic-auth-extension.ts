import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type {
  ConnectRestExtension,
  ConnectRestExtensionContext,
  RestExtensionResponse,
} from '../../api/rest-extension.ts'
import { ConfigError, asError } from '../../errors/connect-error.ts'
import { createLogger } from '../../util/logger.ts'
import { CredentialsFile } from './credentials-file.ts'
import { parseJaasFile } from './jaas-file.ts'
import type { LoginModule } from './jaas-file.ts'
import { systemProperties } from './system-properties.ts'

const javaPackage = 'org.apache.kafka.connect.rest.basic.auth.extension'
const log = createLogger(`${javaPackage}.JaasBasicAuthFilter`)

const section = 'KafkaConnect'
const fileProperty = 'java.security.auth.login.config'
const moduleClass = `${javaPackage}.PropertyFileLoginModule`

/** What workers ask of each other, which is signed instead (`JaasBasicAuthFilter`). */
const internal = ['POST /connectors/:connector/tasks', 'PUT /connectors/:connector/fence']

const refusal: RestExtensionResponse = { status: 401, text: 'User cannot access the resource.' }

/**
 * Asks every request for a user and a password (KIP-285), which a properties file knows. Where that lies is said by the section
 * `KafkaConnect` of a JAAS file, and where the JAAS file lies by the system property `java.security.auth.login.config`, which the
 * environment gives as Java's worker is given it: `KAFKA_OPTS=-Djava.security.auth.login.config=…`.
 */
export class BasicAuthSecurityRestExtension implements ConnectRestExtension {
  readonly #env: Readonly<NodeJS.ProcessEnv>
  #files: readonly CredentialsFile[] = []

  constructor(env: Readonly<NodeJS.ProcessEnv> = process.env) {
    this.#env = env
  }

  async configure(): Promise<void> {
    const modules = await loginModules(systemProperties(this.#env))
    this.#files = modules.map((module) => new CredentialsFile(credentialsOf(module)))
    for (const file of this.#files) await file.load()
  }

  register({ addFilter }: ConnectRestExtensionContext): void {
    addFilter(async (request) => {
      if (internal.includes(`${request.method} ${request.route}`)) return undefined
      return (await this.#accepts(request.header('authorization'))) ? undefined : refusal
    })
  }

  /** Several modules: one suffices, whatever their flags. To JAAS a module that does not know a user has no say. */
  async #accepts(authorization: string | undefined): Promise<boolean> {
    const { user, password } = readCredentials(authorization)
    let accepted = false
    for (const file of this.#files) {
      if (!(await file.load())) return false
      accepted = file.accepts(user, password) || accepted
    }
    return accepted
  }
}

interface Credentials {
  readonly user: string | null
  readonly password: string | null
}

const base64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/
const nobody: Credentials = { user: null, password: null }

/** Nulls where there are none, or they cannot be read. */
function readCredentials(authorization: string | undefined): Credentials {
  const [, encoded] = /^basic (.*)$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined || !base64.test(encoded)) return nobody
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon > 0 ? { user: text.slice(0, colon), password: text.slice(colon + 1) } : nobody
}

/** None where no section is for us: then, as in Java, nobody is let in. */
async function loginModules(
  properties: ReadonlyMap<string, string>,
): Promise<readonly LoginModule[]> {
  const file = jaasFile(properties)
  const sections = parseJaasFile(await contentOf(file), file, properties)
  const modules = sections.get(section) ?? sections.get('other') ?? []
  if (modules.length === 0) {
    log.error(
      `No LoginModules configured for ${section} in ${file}: every request will be refused. ` +
        `Add ${section} { ${moduleClass} required file="…"; };`,
    )
  }
  return modules
}

function jaasFile(properties: ReadonlyMap<string, string>): string {
  const given = properties.get(fileProperty)?.replace(/^=/, '')
  if (given !== undefined) return given.startsWith('file:') ? fileURLToPath(given) : given
  const ofUser = path.join(properties.get('user.home') ?? '', '.java.login.config')
  if (existsSync(ofUser)) return ofUser
  throw new ConfigError(
    'Failed to retrieve JAAS configuration: unable to locate a login configuration file. ' +
      `Name it in the environment: KAFKA_OPTS=-D${fileProperty}=/path/of/jaas.conf`,
  )
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const message = `Failed to retrieve JAAS configuration: ${asError(cause).message}`
    throw new ConfigError(message, { cause })
  }
}

function credentialsOf({ className, options }: LoginModule): string {
  if (className !== moduleClass) {
    throw new ConfigError(
      `The section ${section} of the JAAS configuration names ${className}: a login module of Java cannot run here. ` +
        `Use ${moduleClass}, or a REST extension made for this worker.`,
    )
  }
  const file = options.get('file') ?? ''
  if (file.trim() !== '') return file
  throw new ConfigError(
    `Property Credentials file must be specified: add file="…" to ${className} in the section ${section}.`,
  )
}

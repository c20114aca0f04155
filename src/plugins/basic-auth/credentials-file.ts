import { readFile } from 'node:fs/promises'
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { parseProperties } from '../../config/java-properties.ts'
import { createLogger } from '../../util/logger.ts'
import { pinSecret } from '../../util/secrets.ts'

const log = createLogger(
  'org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule',
)

/** Users and their passwords: a properties file, which is read until that has succeeded once. */
export class CredentialsFile {
  readonly #file: string
  readonly #key = randomBytes(32)
  #digests: ReadonlyMap<string, Buffer> | null = null

  constructor(file: string) {
    this.#file = file
  }

  /** False where the file cannot be used now, which has been logged. */
  async load(): Promise<boolean> {
    if (this.#digests !== null) return true
    try {
      const users = Object.entries(
        parseProperties(await readFile(this.#file, 'latin1'), this.#file),
      )
      for (const [, password] of users) pinSecret(password)
      if (users.length === 0) {
        log.warn(
          `Credential properties file '${this.#file}' is empty; all requests will be permitted`,
        )
      }
      this.#digests = new Map(users.map(([user, password]) => [user, this.#digest(password)]))
      return true
    } catch (error) {
      log.error('Error loading credentials file', error)
      return false
    }
  }

  /** Whether the file, loaded, knows the user by that password; an empty one lets everyone in. Takes as long for any of them. */
  accepts(user: string | null, password: string | null): boolean {
    if (this.#digests === null) return false
    if (this.#digests.size === 0) return true
    const known = this.#digests.get(user ?? '')
    const isEqual = timingSafeEqual(known ?? this.#key, this.#digest(password ?? ''))
    return isEqual && known !== undefined && user !== null && password !== null
  }

  /** Of one length whatever the password's, so that comparing tells nothing. */
  #digest(password: string): Buffer {
    return createHmac('sha256', this.#key).update(password).digest()
  }
}

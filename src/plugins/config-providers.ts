import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ConfigData, ConfigProvider } from '../api/worker-plugins.ts'
import { parseProperties } from '../config/java-properties.ts'
import type { ConnectorConfig } from '../config/types.ts'
import { ConfigError } from '../errors/connect-error.ts'
import { JavaPattern } from '../util/regex/java-pattern.ts'
import { createLogger } from '../util/logger.ts'
import type { Logger } from '../util/logger.ts'
import { AllowedPaths } from './allowed-paths.ts'

/** The config providers that come with Kafka. None of them says how long its values hold. */

/** More than any settings or certificates: what has no end, as `/dev/zero`, would take up all memory there is. */
const mostBytes = 16 * 1024 * 1024

type Keys = readonly string[] | undefined

const nothing: ConfigData = { data: {} }
const fileLog = createLogger('org.apache.kafka.common.config.provider.FileConfigProvider')
const directoryLog = createLogger('org.apache.kafka.common.config.provider.DirectoryConfigProvider')

/** `${file:/path/of.properties:key}`: a property of a file in UTF-8. */
export class FileConfigProvider implements ConfigProvider {
  #allowed = new AllowedPaths({})

  configure(config: ConnectorConfig): void {
    this.#allowed = new AllowedPaths(config)
  }

  async get(file: string, keys: Keys): Promise<ConfigData> {
    const allowed = allowedOr(this.#allowed, file, fileLog)
    if (allowed === null) return nothing
    const text = await propertiesIn(allowed, file)
    return { data: select(parseProperties(text, file), keys) }
  }
}

/** `${directory:/path:name}`: the whole content, in UTF-8, of a file called `name`. */
export class DirectoryConfigProvider implements ConfigProvider {
  #allowed = new AllowedPaths({})

  configure(config: ConnectorConfig): void {
    this.#allowed = new AllowedPaths(config)
  }

  async get(folder: string, keys: Keys): Promise<ConfigData> {
    const allowed = allowedOr(this.#allowed, folder, directoryLog)
    if (allowed === null) return nothing
    const data: Record<string, string> = {}
    for (const name of await filesIn(allowed, folder)) {
      if (keys !== undefined && !keys.includes(name)) continue
      const content = await contentOf(path.join(allowed, name), name)
      if (content !== null) data[name] = content
    }
    return { data }
  }
}

/** `${env:NAME}`: a variable of the environment, where the parameter `allowlist.pattern` matches its name. */
export class EnvVarConfigProvider implements ConfigProvider {
  #allowed = new JavaPattern('.*')

  configure(config: ConnectorConfig): void {
    this.#allowed = new JavaPattern(config['allowlist.pattern'] ?? '.*')
  }

  get(given: string, keys: Keys): ConfigData {
    if (given !== '') {
      throw new ConfigError(
        `Path is not supported for EnvVarConfigProvider, invalid value '${given}'`,
      )
    }
    const known: Record<string, string> = {}
    for (const [name, value] of Object.entries(process.env)) {
      if (value !== undefined && this.#allowed.matches(name)) known[name] = value
    }
    return { data: select(known, keys) }
  }
}

async function propertiesIn(file: string, given: string): Promise<string> {
  const failed = `Could not read properties from file ${given}`
  try {
    const found = await stat(file)
    if (!found.isFile()) throw new ConfigError(`${failed}: it is no regular file.`)
    checkSize(found.size, failed)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(failed, { cause: error })
  }
}

function checkSize(bytes: number, failed: string): void {
  if (bytes <= mostBytes) return
  throw new ConfigError(`${failed}: it has ${bytes} bytes, and no more than ${mostBytes} are read.`)
}

function allowedOr(allowed: AllowedPaths, given: string, log: Logger): string | null {
  if (given === '') return null
  const resolved = allowed.resolve(given)
  if (resolved === null) log.warn(`The path ${given} is not allowed to be accessed`)
  return resolved
}

async function filesIn(folder: string, given: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTDIR' && code !== 'ENOENT') {
      throw new ConfigError(`Could not list directory ${given}`, { cause: error })
    }
    directoryLog.warn(`The path ${given} is not a directory`)
    return []
  }
}

/** Null for what is not a regular file. */
async function contentOf(file: string, name: string): Promise<string | null> {
  const failed = `Could not read file ${file} for property ${name}`
  try {
    const found = await stat(file)
    if (!found.isFile()) return null
    checkSize(found.size, failed)
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(failed, { cause: error })
  }
}

function select(data: Readonly<Record<string, string>>, keys: Keys): Record<string, string> {
  const wanted = keys ?? Object.keys(data)
  const found: Record<string, string> = {}
  for (const key of wanted) {
    const value = Object.hasOwn(data, key) ? data[key] : undefined
    if (value !== undefined) found[key] = value
  }
  return found
}

import { ConfigError, JavaPattern } from 'sluice/api'
import type { TopicPartition } from 'sluice/api'
import { joinPath } from '../webhdfs/path-text.ts'

export interface PathConfig {
  readonly 'topics.dir': string
  readonly 'logs.dir': string
  readonly 'topic.capture.groups.regex': string | null
}

/** A name as the sink gives it: topic, partition, first and last offset, and perhaps what comes behind a dot. */
const committed = /^[a-zA-Z0-9._-]+\+\d+\+\d+\+\d+(?:\.\w+)?$/

/** Where the sink keeps what, below the directory that the URL names. */
export class HdfsPaths {
  readonly #base: string
  readonly #topicsDir: string
  readonly #logsDir: string
  readonly #groups: JavaPattern | null

  private constructor(config: PathConfig, base: string) {
    this.#base = base
    this.#topicsDir = config['topics.dir']
    this.#logsDir = config['logs.dir']
    const regex = config['topic.capture.groups.regex']
    this.#groups = regex === null ? null : new JavaPattern(regex)
  }

  /** Throws a ConfigError where a directory names what there is not. */
  static of(config: PathConfig, base: string): HdfsPaths {
    const paths = new HdfsPaths(config, base)
    for (const key of ['topics.dir', 'logs.dir'] as const) paths.#check(key, config[key])
    return paths
  }

  /** `topics.dir` of a topic. */
  topicsDir(topic: string): string {
    return joinPath('/', this.#base, this.#filled(this.#topicsDir, topic))
  }

  /** Where the log of a partition is. */
  logDir({ topic, partition }: TopicPartition): string {
    return joinPath('/', this.#base, this.#filled(this.#logsDir, topic), topic, String(partition))
  }

  /** Where files of a partition are until they are complete. */
  tempDir({ topic, partition }: TopicPartition): string {
    return joinPath(this.topicsDir(topic), '+tmp', topic, `partition=${partition}`)
  }

  #check(key: string, directory: string): void {
    for (const [whole, name = ''] of directory.matchAll(/\$\{([^}]*)\}/g)) {
      if (name === 'topic') continue
      const most = this.#groups?.groupCount ?? -1
      if (/^\d+$/.test(name) && Number(name) <= most) continue
      throw new ConfigError(
        `Invalid value ${directory} for configuration ${key}: ${whole} is neither \${topic} nor a group of topic.capture.groups.regex.`,
      )
    }
  }

  #filled(directory: string, topic: string): string {
    if (!directory.includes('${')) return directory
    const filled = directory.replaceAll('${topic}', topic)
    if (this.#groups === null || !filled.includes('${')) return filled
    const match = this.#groups.match(topic)
    if (match === null) {
      throw new ConfigError(
        `The topic ${topic} does not match topic.capture.groups.regex, whose groups ${directory} names.`,
      )
    }
    return filled.replace(/\$\{(\d+)\}/g, (_whole, n: string) => match.group(Number(n)) ?? '')
  }
}

/** The offsets that a finished file of a partition holds, by its name; null of any other file. */
export function offsetsOf(
  name: string,
  { topic, partition }: TopicPartition,
): { readonly start: number; readonly end: number } | null {
  if (!committed.test(name) || !name.startsWith(`${topic}+`)) return null
  const [number = '', start = '', end = ''] = name.slice(topic.length + 1).split('+')
  if (Number(number) !== partition) return null
  return { start: Number(start), end: Number.parseInt(end, 10) }
}

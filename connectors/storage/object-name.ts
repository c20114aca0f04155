/** How names are put together: what stands between directories, and between the parts of a file's name. */
export interface NameStyle {
  readonly topicsDir: string
  readonly directoryDelimiter: string
  readonly fileDelimiter: string
  /** Offsets are padded to so many digits, and never cut. */
  readonly padWidth: number
}

/** A file of a topic partition, by the offsets that it begins and, where names tell it, ends with. */
export interface FileName {
  readonly topic: string
  readonly partition: number
  /** What the partitioner made. */
  readonly directory: string
  readonly start: number | bigint
  /** Of the last record in it; left out of the name where it is not given. */
  readonly end?: number | bigint
  /** With its dot. */
  readonly extension: string
}

/** `topics/<topic>/<directory>/<topic>+<partition>+<start>[+<end>]<extension>`; without `topicsDir` where that is blank. */
export function objectName(style: NameStyle, file: FileName): string {
  return `${directoryName(style, file.topic, file.directory)}${style.directoryDelimiter}${fileName(style, file)}`
}

/** The directory of files, without a delimiter at its end. */
export function directoryName(style: NameStyle, topic: string, directory: string): string {
  const parts =
    style.topicsDir.trim() === '' ? [topic, directory] : [style.topicsDir, topic, directory]
  return parts.join(style.directoryDelimiter)
}

export function fileName(style: NameStyle, file: FileName): string {
  const parts: string[] = [file.topic, String(file.partition), paddedOffset(style, file.start)]
  if (file.end !== undefined) parts.push(paddedOffset(style, file.end))
  return parts.join(style.fileDelimiter) + file.extension
}

function paddedOffset({ padWidth }: NameStyle, offset: number | bigint): string {
  return String(offset).padStart(padWidth, '0')
}

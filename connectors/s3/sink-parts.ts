import type { Logger } from 'sluice/api'
import type { NameStyle, Partitioner, RotationRules, SpillFile } from 'sluice/storage'
import type { MemoryBudget } from './open-file.ts'
import type { ObjectStore } from './object-store.ts'
import type { SinkFormats } from './sink-formats.ts'

/** What the writers of a task share, whatever they write. */
export interface SharedParts {
  readonly log: Logger
  readonly objects: {
    readonly store: ObjectStore
    readonly spill: SpillFile
    readonly partBytes: number
  }
  readonly budget: MemoryBudget
}

/** What the writers of a task of Confluent's sink share. */
export interface SinkParts extends SharedParts {
  readonly partitioner: Partitioner
  readonly formats: SinkFormats
  readonly rotation: RotationRules
  readonly names: NameStyle
  readonly affix: 'NONE' | 'PREFIX' | 'SUFFIX'
  readonly tombstones: {
    readonly behavior: 'fail' | 'ignore' | 'write'
    /** Whether records that are left out are reported. */
    readonly report: boolean
    readonly directory: string
  }
  /** How many names are looked at for one that is free. */
  readonly maxScan: number
}

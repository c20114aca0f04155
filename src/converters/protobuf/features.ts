import { DataError } from '../../api/index.ts'
import { optionText } from './parse-options.ts'
import type { Options } from './parse-options.ts'

/** What differs between proto2, proto3 and the editions that followed. */
export interface Features {
  /** Whether a scalar that is not set differs from its default. */
  readonly explicit: boolean
  /** Whether repeated numbers lie in one run. */
  readonly packed: boolean
  /** Whether enums refuse numbers without a name. */
  readonly closed: boolean
}

const bySyntax: Readonly<Record<string, Features>> = {
  proto2: { explicit: true, packed: false, closed: true },
  proto3: { explicit: false, packed: true, closed: false },
  '2023': { explicit: true, packed: true, closed: false },
  '2024': { explicit: true, packed: true, closed: false },
}

/** Of `syntax = "proto3"` or `edition = "2023"`. A DataError for one that is not known. */
export function fileFeatures(syntax: string): Features {
  const features = Object.hasOwn(bySyntax, syntax) ? bySyntax[syntax] : undefined
  if (features !== undefined) return features
  throw new DataError(
    `Invalid Protobuf schema: its syntax is "${syntax}", but proto2, proto3 and the editions 2023 and 2024 are read.`,
  )
}

/** As the options of a file, an enum or a field change them. */
export function withFeatures(features: Features, options: Options): Features {
  const presence = optionText(options, 'features.field_presence')
  const encoding = optionText(options, 'features.repeated_field_encoding')
  const enumType = optionText(options, 'features.enum_type')
  if (optionText(options, 'features.message_encoding') === 'DELIMITED') throw delimited()
  return {
    explicit: presence === null ? features.explicit : presence !== 'IMPLICIT',
    packed: encoding === null ? features.packed : encoding === 'PACKED',
    closed: enumType === null ? features.closed : enumType === 'CLOSED',
  }
}

export function delimited(): DataError {
  return new DataError(
    'The Protobuf schema has message_encoding = DELIMITED, which this converter does not read.',
  )
}

/** What a contestant is to do, over and over: told to it as JSON. */
export interface ConverterTask {
  /** `transform` applies {@link transforms}, one after another. */
  readonly work: 'read' | 'write' | 'transform'
  readonly format: 'json' | 'avro'
  /** Of JsonConverter: `schemas.enable`. */
  readonly envelope: boolean
  /** Whether values are structs of {@link schema}; else maps without a schema. */
  readonly structs: boolean
  /** A JSON document a line, without an envelope. */
  readonly inputFile: string
  /** Schema of the documents, as JsonConverter writes it. */
  readonly schema: string
  readonly transforms: readonly TransformSpec[]
}

export interface TransformSpec {
  /** Java name of the class. */
  readonly type: string
  readonly props: Readonly<Record<string, string>>
}

/** What a contestant answers to `{"op":"digest"}`. */
export interface Digest {
  readonly count: number
  /** SHA-256 over all that the work results in, in hex: the bytes written, or a text of each value read. */
  readonly digest: string
  /** Over a part of every result: what {@link Timed} must have as well. */
  readonly hash: number
}

/** What it answers to `{"op":"run","seconds":…}`. */
export interface Timed {
  readonly records: number
  /** User and system time of the whole process, other threads included. */
  readonly cpuSeconds: number
  /** The same for each time that all documents were done. */
  readonly hash: number
}

/** A record as a store keeps it; a null value says that there is nothing any more. */
export interface RawRecord {
  readonly key: Buffer
  readonly value: Buffer | null
}

/** Times that a task spreads over buckets, in its shared counters. */
export const histogramNames = [
  /** One `poll` of a source that returned records. */
  'poll',
  /** One `put` of a sink with records. */
  'put',
  /** One batch through transformations and converters; of a source into the producer's batches, without the wait for room. */
  'convert',
  /** One record through the transformations: the first of a batch is timed. */
  'transform',
] as const
export type HistogramName = (typeof histogramNames)[number]

/** Upper bounds of the buckets, in milliseconds; one more bucket takes what is above. Both lists are of one length. */
export const batchBoundsMs = [0.25, 1, 2.5, 10, 25, 100, 250, 1000, 2500, 10_000, 60_000] as const
export const recordBoundsMs = [
  0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10, 100, 1000,
] as const

/** A histogram at one moment. */
export interface HistogramReading {
  readonly boundsMs: readonly number[]
  /** How many fell into each bucket, and last how many above all bounds. */
  readonly counts: readonly number[]
  readonly sumMs: number
}

/** Labels in the order they are written. */
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  /** NaN where there is nothing to take an average or a maximum of. */
  readonly value: number
  /** Of a histogram: which of its parts. */
  readonly part?: 'bucket' | 'sum' | 'count'
}

/** Everything under one metric name. No two samples have the same labels and part. */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram' | 'untyped'
  readonly samples: readonly Sample[]
}

/** int64 values are numbers where safe and bigints beyond; `normalize` is called where one enters. */
export type Int64 = number | bigint

export function normalizeInt64(value: bigint): Int64 {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value
}

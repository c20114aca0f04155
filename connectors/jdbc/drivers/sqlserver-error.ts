import { asRecord } from '../core/error-parts.ts'
import { SqlError, isNetworkError } from '../core/sql-error.ts'
import type { Failure } from '../core/sql-error.ts'

/** Numbers of `sys.messages`; what is not here nothing is known to heal. */
const failures: Readonly<Record<number, Failure>> = {
  // Locks and deadlocks, memory, full files and logs, a server that stops, a replica that may only be read, Azure's throttles.
  ...of(
    'retry',
    [
      596, 615, 701, 802, 945, 976, 978, 983, 1101, 1105, 1204, 1205, 1222, 3906, 3930, 3935, 3960,
      3961, 3989, 4221, 6005, 8645, 8651, 9002, 10053, 10054, 10060, 10928, 10929, 11001, 17142,
      17143, 40143, 40197, 40501, 40540, 40544, 40549, 40550, 40613, 49918, 49919, 49920,
    ],
  ),
  // Keys, constraints, nulls, lengths, ranges, texts that are not what the column is.
  ...of(
    'data',
    [
      206, 220, 232, 235, 241, 242, 244, 245, 248, 257, 271, 272, 273, 293, 295, 296, 512, 515, 517,
      529, 544, 547, 1946, 2601, 2627, 2628, 3621, 6522, 6569, 8102, 8106, 8114, 8115, 8134, 8152,
      8169, 8672, 9400, 9402, 9411, 9413, 9414, 9420, 9421, 9436, 9442, 9455, 13608, 13609,
    ],
  ),
  ...of('schema', [207, 208, 213, 2705, 2714, 2812, 3701, 4902, 4924]),
  ...of('fatal', [229, 230, 262, 297, 300, 911, 916, 4060, 18452, 18456, 18470, 18486, 18488]),
}

/** From here on numbers are those of THROW and RAISERROR: a trigger wants no such row. */
const firstOfUsers = 50_000

/** The states that the Java driver reports of these. */
const states: Readonly<Record<number, string>> = {
  ...{ 1205: '40001', 2601: '23000', 2627: '23000', 547: '23000', 515: '23000' },
  ...{ 208: '42S02', 207: '42S22', 8152: '22001', 2628: '22001', 245: '22018' },
}

/** What tedious says where no answer came: of a request that was cancelled, or whose connection has ended. */
const lost = new Set(['ECANCEL', 'ECLOSE', 'EABORT', 'EINVALIDSTATE', 'ETIMEOUT', 'ESOCKET'])

function of(failure: Failure, numbers: readonly number[]): Record<number, Failure> {
  return Object.fromEntries(numbers.map((number) => [number, failure]))
}

export function sqlServerError(error: unknown, prefix = ''): SqlError {
  if (error instanceof SqlError) return error
  const { code, message } = asRecord(error)
  const number = numberOf(error)
  if (number !== null) {
    return new SqlError(prefix + message, {
      failure: failures[number] ?? (number >= firstOfUsers ? 'data' : 'fatal'),
      sqlState: states[number] ?? null,
      vendorCode: String(number),
    })
  }
  const isLost = (code !== null && lost.has(code)) || isNetworkError(code, message)
  return new SqlError(prefix + message, {
    failure: isLost || isTransient(error) ? 'retry' : 'fatal',
    sqlState: null,
    vendorCode: code,
  })
}

/** The number of the message, where the server has said one. */
function numberOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('number' in error)) return null
  return typeof error.number === 'number' && error.number > 0 ? error.number : null
}

function isTransient(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'isTransient' in error &&
    error.isTransient === true
  )
}

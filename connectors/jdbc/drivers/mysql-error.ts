import { asRecord } from '../core/error-parts.ts'
import { SqlError, failureOfState, isNetworkError } from '../core/sql-error.ts'
import type { Failure } from '../core/sql-error.ts'

/** Numbers of MySQL and MariaDB whose SQLSTATE says too little; most of theirs is HY000 or 42000. */
const failures: Readonly<Record<number, Failure>> = {
  // Locks, connections, shutdowns, disks, a server that may only be read at the moment.
  ...of(
    'retry',
    [
      3, 1021, 1026, 1030, 1037, 1038, 1040, 1041, 1053, 1114, 1129, 1152, 1158, 1159, 1160, 1161,
      1180, 1203, 1205, 1206, 1213, 1226, 1290, 1317, 1615, 1836, 1927, 1969, 2006, 2013, 2055,
      3024, 3572, 4031,
    ],
  ),
  ...of(
    'data',
    [
      1022, 1048, 1062, 1118, 1136, 1169, 1216, 1217, 1264, 1265, 1292, 1364, 1365, 1366, 1367,
      1406, 1411, 1416, 1441, 1425, 1426, 1451, 1452, 1526, 1586, 1644, 1690, 3140, 3819, 4025,
      1901, 1906, 3105, 1918,
    ],
  ),
  ...of('schema', [1050, 1051, 1054, 1060, 1146]),
  ...of('fatal', [1044, 1045, 1049, 1142, 1143, 1227, 1251, 1370, 1698]),
}

function of(failure: Failure, numbers: readonly number[]): Record<number, Failure> {
  return Object.fromEntries(numbers.map((number) => [number, failure]))
}

export function mySqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const { code, message, errno, sqlState } = asRecord(error)
  const state = sqlState?.replace(/^#/, '') ?? null
  const isServer = state !== null && errno !== null && errno > 0
  if (!isServer) {
    const lost = code === 'PROTOCOL_CONNECTION_LOST' || isNetworkError(code, message)
    const failure = lost ? 'retry' : 'fatal'
    return new SqlError(message, { failure, sqlState: null, vendorCode: code })
  }
  return new SqlError(message, {
    failure: failures[errno] ?? failureOfState(state) ?? 'fatal',
    sqlState: state,
    vendorCode: String(errno),
  })
}

import { describe } from 'vitest'
import './many-cases.ts'

describe.each([
  ['data', () => import('../oracle/data.test.ts')],
  ['headers', () => import('../oracle/headers.test.ts')],
  ['converters', () => import('../oracle/converters.test.ts')],
  ['transformations', () => import('../oracle/transforms.test.ts')],
  ['configurations', () => import('../oracle/configs.test.ts')],
  ['dates', () => import('../oracle/date-format.test.ts')],
  ['patterns', () => import('../oracle/patterns.test.ts')],
] as const)('what Java says of %s, asked a hundred thousand times', async (_, ask) => {
  await ask()
})

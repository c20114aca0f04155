import { readFileSync, readdirSync } from 'node:fs'

/** One call of the recording, as `test/fixtures/java-connect/README.md` describes it. */
export interface RecordedCall {
  readonly id: string
  readonly note: string
  readonly method: string
  readonly path: string
  readonly reqHeaders?: Readonly<Record<string, string>>
  readonly reqBody: unknown
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
}

/** Which worker was recorded. */
export type Mode = 'standalone' | 'distributed'

/** Where the recorder was, as it stands in the recordings. */
export const recordedAt = {
  folder: '/tmp/sluice-fix',
  address: { standalone: '127.0.0.1:18084', distributed: '127.0.0.1:18083' },
  clusterId: 'sluiceTestClusterId0AA',
  topics: ['fix-lines', 'fix-ver'],
} as const

/** The calls in the order sent, a list for each file. */
export function recordedCalls(mode: Mode = 'standalone'): Map<string, readonly RecordedCall[]> {
  const folder = new URL(`../../fixtures/java-connect/rest/${mode}/`, import.meta.url)
  const files = readdirSync(folder).sort()
  return new Map(
    files.map((file) => {
      const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n')
      return [file, lines.map((line) => JSON.parse(line) as RecordedCall)]
    }),
  )
}

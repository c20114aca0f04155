import type { ComparableAnswer } from './comparable.ts'
import type { Step } from './steps.ts'

/** Where the answers of our cluster are not those of Java's, on purpose; each stands in `docs/differences.md` under `title`. */
export interface ClusterDifference {
  readonly title: string
  /** Whether it is what makes these two answers differ. */
  readonly explains: (step: Step, java: ComparableAnswer, ours: ComparableAnswer) => boolean
}

export function differenceOf(
  step: Step,
  java: ComparableAnswer,
  ours: ComparableAnswer,
): ClusterDifference | undefined {
  return clusterDifferences.find(({ explains }) => explains(step, java, ours))
}

export const clusterDifferences: readonly ClusterDifference[] = [
  {
    title: 'The commit of `GET /`',
    explains: ({ path }, java, ours) =>
      path === '/' && withoutCommit(java.body) === withoutCommit(ours.body),
  },
  {
    title: 'A null for a key of the connector',
    explains: ({ path, body }, java, ours) =>
      path.endsWith('/validate') &&
      hasNull(body) &&
      !java.body.includes('Missing required configuration') &&
      ours.body.includes('Missing required configuration'),
  },
  {
    title: 'A request body that cannot be used',
    explains: ({ body }, java, ours) =>
      java.status === 500 && ours.status === 400 && isUnusable(body),
  },
]

function withoutCommit(body: string): string {
  return body.replace(/("commit": )"[0-9a-f]{16}"/, '$1""')
}

/** No body, none of JSON, or one of another shape. */
function isUnusable(body: unknown): boolean {
  return body === undefined || typeof body === 'string' || Array.isArray(body)
}

function hasNull(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.values(body).includes(null)
}

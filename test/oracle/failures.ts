import { javaNameOf } from '../../src/api/index.ts'

/** An error in the oracle's form. */
export interface Failure {
  readonly error: string
  readonly message: string | null
}

export function failure(error: unknown): Failure {
  const { message } = error as Error
  return { error: javaNameOf(error as Error), message }
}

export function isFailure(result: unknown): result is Failure {
  return typeof result === 'object' && result !== null && 'error' in result
}

/** What `answer` returns, or what it throws. */
export function outcomeOf(answer: () => unknown): unknown {
  try {
    return answer()
  } catch (error) {
    return failure(error)
  }
}

import { RestError } from '../../errors/rest-error.ts'

/** A request was not done: what is wanted since is seen to instead. */
export class OvertakenError extends RestError {
  constructor(message: string) {
    super(409, message)
  }
}

/** This worker was to give up what it was asked for: to another one, or because it is gone. In Java's words, by which clients ask again. */
export function givenUp(): OvertakenError {
  return new OvertakenError(
    'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
  )
}

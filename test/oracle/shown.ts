import { isFailure } from './failures.ts'
import { comparable } from './wire.ts'

/** `INT8 44`, `Date 5`, `null`, or `! ` and the message of an error. */
export function shown(answer: unknown): string {
  if (isFailure(answer)) return `! ${answer.message ?? answer.error}`
  const value = comparable(answer)
  if (!Array.isArray(value)) return String(value)
  const [type, payload, more] = value as readonly unknown[]
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return `${String(type)} ${text}${more === undefined ? '' : ` ${JSON.stringify(more)}`}`
}

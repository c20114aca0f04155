import type { WireError } from './protocol.ts'

/** One message on a channel. `incarnation` names the thread's life it belongs to. */
export type Envelope =
  | (Head & {
      readonly kind: 'request'
      readonly id: number
      readonly name: string
      readonly body: unknown
    })
  | (Head & { readonly kind: 'cancel'; readonly id: number })
  | (Head & { readonly kind: 'answer'; readonly id: number; readonly body: unknown })
  | (Head & { readonly kind: 'error'; readonly id: number; readonly error: WireError })
  | (Head & { readonly kind: 'notice'; readonly name: string; readonly body: unknown })

interface Head {
  readonly sluice: 1
  readonly incarnation: number
}

/** Whether `message` is ours and of this incarnation; a plugin can post to its thread's port as well. */
export function isEnvelope(message: unknown, incarnation: number): message is Envelope {
  return (
    typeof message === 'object' &&
    message !== null &&
    (message as Partial<Envelope>).sluice === 1 &&
    (message as Partial<Envelope>).incarnation === incarnation
  )
}

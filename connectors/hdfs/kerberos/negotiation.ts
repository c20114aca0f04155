/** One exchange of SPNEGO with one server (RFC 4559). Tokens and challenges are base64, and secret. */
export interface Negotiation extends AsyncDisposable {
  /** What the server is to be told. Rejects with a ConnectError that says what Kerberos says. */
  token(signal: AbortSignal): Promise<string>
  /** Looks whether the server is who it should be. Rejects with a ConnectError where it is not. */
  verify(challenge: string, signal: AbortSignal): Promise<void>
}

/** Begins an exchange with HTTP on a host. */
export type Negotiate = (host: string) => Negotiation

/** What the process that speaks to Kerberos is asked. */
export type NegotiationRequest =
  | { readonly kind: 'token'; readonly service: string; readonly principal: string }
  | { readonly kind: 'verify'; readonly challenge: string }

/** What it answers. */
export type NegotiationReply =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'verified' }
  | {
      readonly kind: 'failed'
      /** Whether the package itself is not to be had. */
      readonly missing: boolean
      readonly message: string
    }

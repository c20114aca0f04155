/**
 * The process that speaks to Kerberos: GSSAPI finds keytab and tickets by the environment, of which a worker has one and its connectors need several. It answers
 * what its parent asks, and ends with it. Nothing is printed.
 */
import { createRequire } from 'node:module'
import type { NegotiationReply, NegotiationRequest } from './negotiation.ts'

/** What is used of the package `kerberos`. */
interface KerberosPackage {
  readonly GSS_MECH_OID_SPNEGO: number
  initializeClient(
    service: string,
    options: { readonly mechOID: number; readonly principal: string },
  ): Promise<KerberosClient>
}

interface KerberosClient {
  readonly contextComplete: boolean
  step(challenge: string): Promise<string>
}

// As CommonJS finds it: NODE_PATH counts.
const load = createRequire(import.meta.url)
let client: KerberosClient | null = null

async function answer(request: NegotiationRequest): Promise<NegotiationReply> {
  let kerberos: KerberosPackage
  try {
    kerberos = load('kerberos') as KerberosPackage
  } catch (error) {
    return { kind: 'failed', missing: true, message: firstLineOf(error) }
  }
  try {
    return await step(kerberos, request)
  } catch (error) {
    return { kind: 'failed', missing: false, message: firstLineOf(error) }
  }
}

async function step(
  kerberos: KerberosPackage,
  request: NegotiationRequest,
): Promise<NegotiationReply> {
  if (request.kind === 'token') {
    const { service, principal } = request
    const options = { mechOID: kerberos.GSS_MECH_OID_SPNEGO, principal }
    client = await kerberos.initializeClient(service, options)
    return { kind: 'token', token: await client.step('') }
  }
  await client?.step(request.challenge)
  if (client?.contextComplete === true) return { kind: 'verified' }
  throw new Error('the exchange is not complete')
}

function firstLineOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line
}

process.on('message', (request) => {
  // `answer` does not reject; a parent that is gone needs no answer.
  void answer(request as NegotiationRequest).then((reply) => process.send?.(reply, () => undefined))
})
process.once('disconnect', () => process.exit())

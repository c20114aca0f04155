/** Blocks of PEM (RFC 7468), also where a properties file has made blanks of their line ends. */

interface Block {
  readonly label: string
  readonly text: string
}

export function isPem(text: string): boolean {
  return blocksIn(text).length > 0
}

/** The certificates, in their order. */
export function certificatesIn(text: string): string[] {
  return blocksIn(text)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map((block) => block.text)
}

export function privateKeyIn(text: string): string | null {
  return blocksIn(text).find(({ label }) => label.endsWith('PRIVATE KEY'))?.text ?? null
}

function blocksIn(text: string): Block[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g)].map(
    ([whole, label = '', body = '']) => ({ label, text: rewrapped(whole, label, body) }),
  )
}

/** A body with headers, as openssl once wrote encrypted keys, needs its lines as they are. */
function rewrapped(whole: string, label: string, body: string): string {
  if (body.includes(':')) return whole
  const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')
}

import { connect } from 'node:net'

/** What came back on a connection of its own, and whether the server closed it. */
export interface RawAnswer {
  readonly text: string
  readonly closed: boolean
}

/** Sends bytes as they are, leaves out that it may continue, and reads until the server closes, or until `until` finds enough. */
export function sendRaw(
  port: number,
  request: string,
  until: (text: string) => boolean = request.startsWith('HEAD') ? hasHead : isWhole,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    let text = ''
    const done = (closed: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ text, closed })
    }
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`No whole answer within 25 s, but: ${text}`))
    }, 25_000)
    socket.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).replace(/^HTTP\/1.1 100 Continue\r\n\r\n/, '')
      if (until(text)) setTimeout(() => done(false), 30)
    })
    socket.on('end', () => done(true))
    socket.on('error', () => done(true))
  })
}

function hasHead(text: string): boolean {
  return text.includes('\r\n\r\n')
}

/** One answer with as many bytes as it promised. */
function isWhole(text: string): boolean {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined) return false
  return Buffer.byteLength(rest.join('\r\n\r\n')) >= Number(length)
}

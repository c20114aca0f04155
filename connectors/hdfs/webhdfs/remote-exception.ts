import { ConnectError, RetriableError } from 'sluice/api'

/** HDFS refused for good; `exception` is the simple name of its Java class. */
export class HdfsError extends ConnectError {
  readonly exception: string

  constructor(message: string, exception: string, options?: ErrorOptions) {
    super(message, options)
    this.exception = exception
  }
}

/** HDFS refused for the moment. */
export class HdfsRetriableError extends RetriableError {
  readonly exception: string

  constructor(message: string, exception: string, options?: ErrorOptions) {
    super(message, options)
    this.exception = exception
  }
}

/** Of filters before HDFS, which have no exception: HTML, or nothing. */
const unauthenticated = 'AuthenticationRequired'

/** Those that pass by themselves. The statuses of HTTP tell nothing: 403 (of HttpFS, 500) comes with nearly all of them. */
const passing = new Set([
  'AlreadyBeingCreatedException',
  'LeaseExpiredException',
  'RecoveryInProgressException',
  'RetriableException',
  'SafeModeException',
  'StandbyException',
  'CannotObtainBlockLengthException',
  'ConnectException',
  'SocketTimeoutException',
  'EOFException',
  'RuntimeException',
])
/** Of gateways before HDFS: 408 and 429 say so themselves, and above 500 nothing is said of the request. */
const passingStatus = (status: number): boolean => status === 408 || status === 429 || status > 500
/** An IOException without a class of its own is told by its text; HttpFS may call it a RemoteException. */
const passingText =
  /Failed to find datanode|No active and not excluded nodes|could only be written to 0 of|Filesystem closed|safe mode/i

/** The exception that an answer tells of; `null` where it is none. The path and the verb are for the message. */
export function errorOf(
  { status, body }: { readonly status: number; readonly body: Buffer },
  action: string,
): HdfsError | HdfsRetriableError | null {
  if (status < 400) return null
  const found = remoteException(body)
  const exception = status === 401 ? unauthenticated : found.exception
  const { text } = found
  const why = text === '' ? `HTTP status ${status}` : `${exception}: ${text}`
  const message = `Cannot ${action}: HDFS answered ${why}${hintOf(status, exception)}`
  const passes =
    passing.has(exception) ||
    (/^(?:IO|Remote)Exception$/.test(exception) && passingText.test(text)) ||
    passingStatus(status)
  return passes ? new HdfsRetriableError(message, exception) : new HdfsError(message, exception)
}

/** The Java exception behind an error of the client; null where there is none. */
export function exceptionOf(error: unknown): string | null {
  return error instanceof HdfsError || error instanceof HdfsRetriableError ? error.exception : null
}

/** Whether HDFS does not take what was to prove who asks. It looked at nothing else. */
export function isUnproven(error: unknown): boolean {
  const exception = exceptionOf(error)
  return exception === 'InvalidToken' || exception === unauthenticated
}

/** Whether a NameNode says that another one is to be asked. */
export function isStandby(error: unknown): boolean {
  return exceptionOf(error) === 'StandbyException'
}

/** Bodies may be HTML, of filters and proxies; DataNodes append a stack trace to the message. */
function remoteException(body: Buffer): { readonly exception: string; readonly text: string } {
  try {
    const parsed = JSON.parse(body.toString()) as {
      readonly RemoteException?: { readonly exception?: unknown; readonly message?: unknown }
    }
    const { exception, message } = parsed.RemoteException ?? {}
    const [text = ''] = textOf(message).split('\n\tat')
    return unwrapped(textOf(exception), text.trim())
  } catch {
    return { exception: '', text: '' }
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/**
 * HttpFS gives some exceptions of the NameNode as a RemoteException. One that observes sends on what it does not answer itself. A NameNode that stands by is asked for the user of a token before anything else, and has that user's
 * SecurityException speak of an `InvalidToken: StandbyException`; of a token that has ended or was cancelled it speaks of an InvalidToken too.
 */
function unwrapped(
  exception: string,
  text: string,
): { readonly exception: string; readonly text: string } {
  if (
    exception === 'ObserverRetryOnActiveException' ||
    /in state (?:standby|observer)|InvalidToken: StandbyException/.test(text)
  ) {
    return { exception: 'StandbyException', text }
  }
  if (text.includes('InvalidToken')) return { exception: 'InvalidToken', text }
  return { exception, text }
}

function hintOf(status: number, exception: string): string {
  if (status === 401) {
    return '. It asks for Kerberos (set hdfs.authentication.kerberos), or for a user (webhdfs.user).'
  }
  if (exception === 'InvalidToken') {
    return '. The delegation token has ended, was cancelled, or is of another cluster.'
  }
  if (exception === 'AccessControlException')
    return '. Give the user the right, or set another user.'
  if (exception.includes('QuotaExceeded')) return '. Raise the quota of the directory.'
  if (exception === '') return '. Is this the address of WebHDFS or HttpFS?'
  return ''
}

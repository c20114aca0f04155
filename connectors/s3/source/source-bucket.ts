/** An object as a listing has it. */
export interface ListedObject {
  readonly key: string
  /** In bytes. */
  readonly size: number
  readonly etag: string
  /** In milliseconds since the epoch. */
  readonly modifiedMs: number
}

export interface ListRequest {
  readonly prefix: string
  /** Only what comes behind it in the order of names. */
  readonly after: string | null
  /** Names are cut behind the first of it behind the prefix; null for all objects below. */
  readonly delimiter: string | null
  /** Most entries of a page. */
  readonly limit: number
  /** Where the page before ended. */
  readonly token: string | null
}

export interface ListPage {
  /** In the order of their names: by the bytes of their UTF-8. */
  readonly objects: readonly ListedObject[]
  /** Names cut behind the delimiter. */
  readonly folders: readonly string[]
  /** Null where this is the last page. */
  readonly token: string | null
}

/** What a source asks of a store. Rejects with a RetriableError for what may pass, with a ConnectError for anything else. */
export interface SourceBucket {
  readonly name: string
  list(request: ListRequest, signal: AbortSignal): Promise<ListPage>
  /** The bytes from `start` to `end` (exclusive) of the object that was listed; rejects where another has taken its place. */
  read(object: ListedObject, start: number, end: number, signal: AbortSignal): Promise<Buffer>
}

/** All pages of a listing, one in memory at a time. */
export async function* pagesOf(
  bucket: SourceBucket,
  request: Omit<ListRequest, 'token'>,
  signal: AbortSignal,
): AsyncGenerator<ListPage, void, undefined> {
  let token: string | null = null
  do {
    const page: ListPage = await bucket.list({ ...request, token }, signal)
    yield page
    token = page.token
  } while (token !== null)
}

/** The order of names in S3. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** What goes with a request to a NameNode or HttpFS, and says who asks. All of it is secret. */
export interface Proof {
  readonly query: Readonly<Record<string, string>>
}

/** Proves who asks to an HDFS that takes no names at their word. */
export interface Authentication {
  /** Another number with every proof that is made. */
  readonly generation: number
  /**
   * A proof that is good for a while yet. Asks the server for one where there is none, and to prolong it before it ends. Rejects as a request does that was not
   * done: with an UnreachableError, an HdfsRetriableError of a NameNode that stands by, or another ConnectError.
   */
  proof(address: URL, signal: AbortSignal): Promise<Proof>
  /** The server does not take what was made up to this generation: where nothing was made since, the next proof is another one. */
  refuse(generation: number): void
  /** Gives back what the server keeps for it, as far as that is soon done. Never rejects. */
  close(): Promise<void>
}

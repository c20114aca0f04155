/** What a command that runs a worker was asked to do. */
export type CommandLine =
  | { readonly kind: 'usage' }
  | {
      readonly kind: 'run'
      /** An empty string stands for an empty configuration. */
      readonly workerFile: string
      readonly connectorFiles: readonly string[]
    }

/** Reads the arguments as Java does: none at all, or `--help` anywhere, asks for the usage. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [workerFile, ...connectorFiles] = args
  if (workerFile === undefined || args.includes('--help')) return { kind: 'usage' }
  return { kind: 'run', workerFile, connectorFiles }
}

/** Exit codes of Java's command (`AbstractConnectCli`). */
export const exitCodes = {
  usage: 1,
  /** An error that nothing caught. */
  uncaught: 1,
  /** Anything before the worker is started: its file, the cluster, the REST port. */
  notStarted: 2,
  /** The worker, or one of the connector files, failed to start. */
  startFailed: 3,
} as const

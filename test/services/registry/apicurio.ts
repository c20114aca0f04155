import { mkdtemp, rm } from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cached, run } from '../cache.ts'
import { freePort } from '../ports.ts'
import { SupervisedProcess } from '../supervised-process.ts'

const version = '2.6.13.Final'

/** Apicurio Registry, by Maven, once a machine. */
async function installApicurio(): Promise<string> {
  return cached(`apicurio-${version}`, async (target) => {
    const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`
    await run(
      'mvn',
      [
        ...['-B', '-q', '-ntp', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy'],
        ...[`-Dartifact=${artifact}`, `-DoutputDirectory=${target}`],
      ],
      'Cannot install Apicurio Registry: Maven, Java 17 and Maven Central are needed',
    )
    const archive = path.join(target, `apicurio-registry-app-${version}-all.tar.gz`)
    await run('tar', ['xzf', archive, '-C', target], 'Cannot unpack Apicurio Registry')
    await rm(archive)
  })
}

export interface RunningApicurio extends AsyncDisposable {
  /** Of its API as Confluent's registry has it. */
  readonly url: string
}

/** A registry in memory, whose schemas have to be BACKWARD compatible, as Confluent's have unless it is said otherwise. */
export async function startApicurio(): Promise<RunningApicurio> {
  const app = await installApicurio()
  const jar = readdirSync(app).find((name) => name.endsWith('-runner.jar')) ?? ''
  const port = await freePort()
  const dir = await mkdtemp(path.join(tmpdir(), 'sluice-registry-'))
  const process = new SupervisedProcess({
    command: 'java',
    args: [
      ...['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
      ...['-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`, '-jar', jar],
    ],
    cwd: app,
    logFile: path.join(dir, 'registry.log'),
    scratchDir: dir,
  })
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  const stop = async (): Promise<void> => {
    await process.kill()
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await process.waitUntil('Apicurio Registry did not start', () => answers(`${url}/subjects`), {
      everyMs: 200,
    })
    const response = await fetch(`${url}/config`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ compatibility: 'BACKWARD' }),
    })
    if (!response.ok)
      throw new Error(`Apicurio Registry refused its configuration: ${response.status}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, [Symbol.asyncDispose]: stop }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    return false
  }
}
